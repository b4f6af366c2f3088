import type { Fulfilment } from './fulfilment.ts'
import type { FulfilmentSettings } from './settings.ts'

/**
 * What is to be done for a fulfilment now. Nothing is done about it while a call is under way, and `create` is only called for a record
 * that was stored as `sent` before: a program that is killed in between finds out that it doesn't know.
 *
 * | kind | the call | then |
 * |---|---|---|
 * | `create` | `beginCreate` is stored, then `create(request)` | `afterCreate` |
 * | `answerLost` | none | `afterLostAnswer` |
 * | `lookUp` | `lookUp(externalId)`, or none where that cannot be done | `afterLookUp`, or `withoutLookUp` |
 * | `get` | `get(serviceOrder.id)` | `afterGet` |
 * | `cancel` | `cancel(serviceOrder.id, reason)` | `afterCancel` |
 * | `cancellation` | `cancellation(cancellation.id)` | `afterCancel` |
 * | `wait` | none before `until` | |
 * | `none` | none: it is over, or waits for somebody | |
 */
export type FulfilmentStep =
  | { readonly kind: 'create' | 'answerLost' | 'lookUp' | 'get' | 'cancel' | 'cancellation' | 'none' }
  | { readonly kind: 'wait'; readonly until: Date }

export function nextStep(record: Fulfilment, settings: FulfilmentSettings, now: Date): FulfilmentStep {
  const due = dueAt(record, settings)
  if (!due) return { kind: 'none' }
  if (due > now) return { kind: 'wait', until: due }
  switch (record.state) {
    case 'intended':
      return { kind: 'create' }
    case 'sent':
      return { kind: 'answerLost' }
    case 'unknown':
      return { kind: 'lookUp' }
    case 'placed':
      return { kind: 'get' }
    case 'cancelling':
      return { kind: stepOfCancelling(record) }
    case 'fallout':
    case 'completed':
    case 'cancelled':
    case 'superseded':
      return { kind: 'none' }
    default:
      return record.state satisfies never
  }
}

/** When the next step of a fulfilment is due; undefined when none is, by itself. */
export function dueAt({ state, sentAt, nextAt }: Fulfilment, { callTimeoutMs }: FulfilmentSettings): Date | undefined {
  if (state === 'sent') return new Date(Date.parse(sentAt ?? '1970-01-01') + callTimeoutMs)
  const isOver = state === 'fallout' || state === 'completed' || state === 'cancelled' || state === 'superseded'
  return isOver || nextAt === undefined ? undefined : new Date(nextAt)
}

function stepOfCancelling({ cancellation }: Fulfilment): 'cancel' | 'cancellation' | 'get' {
  if (cancellation?.state === 'wanted') return cancellation.isUnknown ? 'get' : 'cancel'
  return cancellation?.id === undefined ? 'get' : 'cancellation'
}
