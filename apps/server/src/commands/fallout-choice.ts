import { type Filter, falloutKinds, falloutStatuses } from '@crm-lite/domain'
import { CommandFailed } from './failure.ts'
import type { FalloutChoice } from './fallout-options.ts'

const paths: Readonly<Record<keyof FalloutChoice, readonly string[]>> = {
  kind: ['kind'],
  status: ['status'],
  order: ['productOrder', 'id'],
  owner: ['owner']
}

/**
 * The filter that a choice means; undefined when nothing is chosen.
 *
 * @throws {CommandFailed} for a kind or status that there is not
 */
export function filterOf(choice: FalloutChoice): Filter | undefined {
  insistOn('kind', choice.kind, falloutKinds)
  insistOn('status', choice.status, falloutStatuses)
  const filters = (Object.keys(paths) as (keyof FalloutChoice)[]).flatMap((name): Filter[] => {
    const value = choice[name]
    const segments = paths[name].map(each => ({ name: each, many: false }))
    return value === undefined ? [] : [{ kind: 'in', path: { segments, type: 'string' }, values: [value] }]
  })
  return filters.length === 0 ? undefined : { kind: 'and', filters }
}

function insistOn(name: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value)) throw new CommandFailed(`--${name} must be one of ${known.join(', ')}`)
}
