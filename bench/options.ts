import { parseArgs } from 'node:util'
import type { Durations } from './measures/compare.ts'

export const MEASURES = ['get', 'list', 'post', 'size', 'memory', 'events', 'orders', 'provisioning'] as const
export type MeasureName = (typeof MEASURES)[number]

export const ENGINES = ['sqlite', 'postgres'] as const
export type EngineName = (typeof ENGINES)[number]

export interface Options {
  readonly isQuick: boolean
  readonly only: readonly MeasureName[]
  readonly engines: readonly EngineName[]
  readonly durations: Durations
  /** Customers in the data sets. `usual` is for the comparisons with floors, the others for what must not depend on size. */
  readonly rows: { readonly small: number; readonly usual: number; readonly large: number }
  /** Whether to write docs/benchmarks.md. */
  readonly write: boolean
}

export const USAGE = `npm run bench -- [options]
  --quick                 small data sets and short rounds: about two minutes, for a first look
  --only <names>          some of ${MEASURES.join(',')}
  --engine <name>         ${ENGINES.join(' or ')}
  --seconds <n>           how long a round is
  --rounds <n>            how many rounds there are
  --write                 keep the results and write docs/benchmarks.md; not of a quick run`

const quick = { durations: { warmUpS: 2, roundS: 2, rounds: 3 }, rows: { small: 10_000, usual: 10_000, large: 100_000 } }
const full = { durations: { warmUpS: 5, roundS: 5, rounds: 7 }, rows: { small: 10_000, usual: 100_000, large: 1_000_000 } }

/** @throws {Error} that says what is wrong with the arguments */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      engine: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      write: { type: 'boolean', default: false }
    }
  })
  if (values.quick && values.write) throw new Error('what a quick run measures is not kept')
  const { durations, rows } = values.quick ? quick : full
  return {
    isQuick: values.quick,
    only: chosen(values.only, MEASURES),
    engines: chosen(values.engine, ENGINES),
    durations: {
      warmUpS: durations.warmUpS,
      roundS: whole(values.seconds) ?? durations.roundS,
      rounds: whole(values.rounds) ?? durations.rounds
    },
    rows,
    write: values.write
  }
}

function chosen<T extends string>(text: string | undefined, all: readonly T[]): readonly T[] {
  if (text === undefined) return all
  return text.split(',').map(name => {
    const found = all.find(each => each === name)
    if (found === undefined) throw new Error(`${name} is none of ${all.join(', ')}`)
    return found
  })
}

function whole(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`${text} is not a number of seconds or rounds`)
  return Number(text)
}
