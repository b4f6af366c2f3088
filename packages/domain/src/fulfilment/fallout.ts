import type { Moment } from '../kernel/moment.ts'
import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import { stateMachine, type Transitions } from '../kernel/transitions.ts'
import type { Evidence } from './evidence.ts'

/**
 * What went wrong.
 *
 * | kind | meaning |
 * |---|---|
 * | `notDecomposable` | the rule for the item cannot be applied to it: nothing was sent |
 * | `rejectedByFms` | the FMS refused the service order, or rejected it |
 * | `timeout` | the FMS hasn't answered for too long |
 * | `unreadableAnswer` | what the FMS answers makes no sense |
 * | `outcomeUnknown` | the answer was lost, and whether the FMS has the order cannot be looked up |
 * | `failedAtFms` | the service order failed |
 * | `partialAtFms` | some of it was done and some wasn't |
 * | `cancelledAtFms` | the FMS cancelled it, and we hadn't asked |
 * | `deviceMissing` | it is completed, and a device that was asked for isn't there |
 * | `inconsistentState` | there are two service orders where one may be, or none where one was |
 * | `cancellationFailed` | whether it is cancelled at the FMS cannot be found out |
 * | `notCompensable` | what was done cannot be undone without somebody who knows how |
 */
export const falloutKinds = [
  'notDecomposable',
  'rejectedByFms',
  'timeout',
  'unreadableAnswer',
  'outcomeUnknown',
  'failedAtFms',
  'partialAtFms',
  'cancelledAtFms',
  'deviceMissing',
  'inconsistentState',
  'cancellationFailed',
  'notCompensable'
] as const
export type FalloutKind = (typeof falloutKinds)[number]

/** What we were about to do. */
export const falloutSteps = ['decompose', 'send', 'lookUp', 'follow', 'cancel', 'compensate'] as const
export type FalloutStep = (typeof falloutSteps)[number]

export const falloutStatuses = ['open', 'assigned', 'resolved'] as const
export type FalloutStatus = (typeof falloutStatuses)[number]

export const falloutTransitions = {
  open: ['assigned', 'resolved'],
  assigned: ['open', 'resolved'],
  resolved: []
} as const satisfies Transitions<FalloutStatus>

export const falloutMachine = stateMachine<FalloutStatus>({
  name: 'a fallout record',
  initial: 'open',
  transitions: falloutTransitions
})

/**
 * How a record was resolved: by one of the decisions; `healed`, because the FMS told that it is all right; `cancelled`, because the item is
 * no longer wanted.
 */
export const falloutResolutions = [
  'retry',
  'retryWithChanges',
  'skip',
  'completeByHand',
  'compensate',
  'healed',
  'cancelled'
] as const
export type FalloutResolution = (typeof falloutResolutions)[number]

export interface FalloutHistory {
  date: string
  actor: string
  action: 'raise' | 'assign' | FalloutResolution
  reason?: string
  owner?: string
}

/** Something that doesn't heal by itself: the item is held until somebody decides. */
export interface Fallout extends Resource {
  productOrder: { id: string }
  item: { id: string }
  /** The attempt that it is about. */
  fulfilment: { id: string; attempt: number }
  serviceOrder?: { id: string }
  kind: FalloutKind
  step: FalloutStep
  /** For operators; nothing personal. */
  message: string
  evidence?: Evidence
  status: FalloutStatus
  owner?: string
  raisedAt: string
  resolvedAt?: string
  resolution?: FalloutResolution
  history: FalloutHistory[]
}

export const falloutDefinition = {
  name: 'fallout',
  type: 'Fallout',
  stateAttribute: 'status',
  mandatory: ['productOrder', 'item', 'fulfilment', 'kind', 'step', 'message', 'status', 'raisedAt'],
  indexed: [
    { name: 'status', path: 'status', type: 'string', many: false },
    { name: 'kind', path: 'kind', type: 'string', many: false },
    { name: 'owner', path: 'owner', type: 'string', many: false },
    { name: 'product_order_id', path: 'productOrder.id', type: 'string', many: false },
    { name: 'raised_at', path: 'raisedAt', type: 'dateTime', many: false }
  ]
} as const satisfies DefinitionOf<Fallout>

export type NewFallout = Pick<Fallout, 'productOrder' | 'item' | 'fulfilment' | 'serviceOrder' | 'kind' | 'step' | 'message'> & {
  readonly evidence?: Evidence | undefined
}

/** A new record, open. */
export function raiseFallout(id: string, { evidence, ...about }: NewFallout, { now, actor }: Moment): Fallout {
  const date = now.toISOString()
  return {
    ...about,
    id,
    '@type': falloutDefinition.type,
    ...(evidence && { evidence }),
    status: 'open',
    raisedAt: date,
    history: [{ date, actor, action: 'raise' }]
  }
}

/** The record after it was resolved; one that was before stays as it is. */
export function resolveFallout(fallout: Fallout, resolution: FalloutResolution, { now, actor, reason }: Moment): Fallout {
  if (fallout.status === 'resolved') return fallout
  const date = now.toISOString()
  const entry = { date, actor, action: resolution, ...(reason !== undefined && { reason }) }
  return { ...fallout, status: 'resolved', resolution, resolvedAt: date, history: [...fallout.history, entry] }
}
