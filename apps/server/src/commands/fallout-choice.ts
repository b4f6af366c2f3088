import { canonicalInstant, type Filter, falloutKinds, falloutStatuses, falloutSteps } from '@crm-lite/domain'
import { CommandFailed } from './failure.ts'
import type { FalloutChoice } from './fallout-options.ts'

/**
 * The filter that a choice means; undefined when nothing is chosen.
 *
 * @throws {CommandFailed} for a kind, status or step that there is not
 */
export function filterOf(choice: FalloutChoice, now: Date): Filter | undefined {
  insistOn('kind', choice.kind, falloutKinds)
  insistOn('status', choice.status, falloutStatuses)
  insistOn('step', choice.step, falloutSteps)
  const { olderThan, raisedBefore } = choice
  const filters = [
    ...equal('kind', choice.kind),
    ...equal('status', choice.status),
    ...equal('step', choice.step),
    ...equal('productOrder.id', choice.order),
    ...equal('owner', choice.owner),
    ...(olderThan === undefined ? [] : [raisedEarlier(new Date(now.getTime() - olderThan))]),
    ...(raisedBefore === undefined ? [] : [raisedEarlier(new Date(raisedBefore))])
  ]
  return filters.length === 0 ? undefined : { kind: 'and', filters }
}

function equal(path: string, value: string | undefined): Filter[] {
  const segments = path.split('.').map(name => ({ name, many: false }))
  return value === undefined ? [] : [{ kind: 'in', path: { segments, type: 'string' }, values: [value] }]
}

function raisedEarlier(limit: Date): Filter {
  const path = { segments: [{ name: 'raisedAt', many: false }], type: 'dateTime' } as const
  return { kind: 'range', path, operator: 'lt', value: canonicalInstant(limit.toISOString()) ?? '' }
}

function insistOn(name: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value)) throw new CommandFailed(`--${name} must be one of ${known.join(', ')}`)
}
