import { nextLevelStart } from './jeopardy.ts'
import type { Journey } from './journey.ts'

/** When a journey must be looked at next, if at all: something becomes due then without anybody doing anything. */
export function nextDue({ state, milestone }: Pick<Journey, 'state' | 'milestone'>): Date | undefined {
  if (state !== 'active') return undefined
  let next: number | undefined
  for (const each of milestone) {
    const start = nextLevelStart(each)
    if (start !== undefined && (next === undefined || start < next)) next = start
  }
  return next === undefined ? undefined : new Date(next)
}
