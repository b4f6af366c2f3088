import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import { stateMachine, type Transitions } from '../kernel/transitions.ts'
import type {
  ServiceCharacteristic,
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  SupportingResource
} from '../ports/fms-gateway.ts'
import type { RuleReference } from './decompose.ts'
import type { FalloutKind } from './fallout.ts'
import type { StateMap } from './state-map.ts'

/**
 * | state | meaning |
 * |---|---|
 * | `intended` | to be sent; it is certain that the FMS has no such order |
 * | `sent` | it has been handed to the network, and nothing is known yet. Found so after a crash, it is `unknown` |
 * | `unknown` | the FMS may have it or not: it is looked up once the FMS has had time to settle, never sent again before |
 * | `placed` | the FMS has it, and is followed |
 * | `cancelling` | the FMS has it and is asked to cancel it |
 * | `fallout` | somebody has to decide |
 * | `completed` | done, by the FMS or by hand, or left out |
 * | `cancelled` | nothing was done, or nothing is left of it; falls out when the order goes on all the same |
 * | `superseded` | another attempt has taken its place |
 */
export const fulfilmentStates = [
  'intended',
  'sent',
  'unknown',
  'placed',
  'cancelling',
  'fallout',
  'completed',
  'cancelled',
  'superseded'
] as const
export type FulfilmentState = (typeof fulfilmentStates)[number]

export const fulfilmentTransitions = {
  intended: ['sent', 'placed', 'fallout', 'cancelled'],
  sent: ['intended', 'unknown', 'placed', 'fallout', 'cancelled'],
  unknown: ['intended', 'placed', 'fallout', 'cancelled'],
  placed: ['cancelling', 'completed', 'fallout'],
  cancelling: ['placed', 'completed', 'fallout', 'cancelled'],
  fallout: ['unknown', 'placed', 'cancelling', 'completed', 'cancelled', 'superseded'],
  completed: [],
  cancelled: ['fallout'],
  superseded: []
} as const satisfies Transitions<FulfilmentState>

export const fulfilmentMachine = stateMachine<FulfilmentState>({
  name: 'a fulfilment',
  initial: 'intended',
  transitions: fulfilmentTransitions
})

/** Whether nothing more is done about it. */
export function isOver(state: FulfilmentState): boolean {
  return state === 'completed' || state === 'cancelled' || state === 'superseded'
}

/** What an item of the request has become: what is needed to undo it. */
export interface FulfilledService {
  /** Of the service order item. */
  item: string
  service?: string
  resource?: SupportingResource[]
  /** Of the item at the FMS, as long as not all of them are completed; what follows is kept as long as no product has it. */
  state?: string
  name?: string
  characteristic?: ServiceCharacteristic[]
}

/** What an earlier attempt has done, so that this one need not do it again. */
export interface DoneBefore {
  /** Among all items that are to be provisioned, from 0. */
  position: number
  request: ServiceOrderItemRequest
  result: FulfilledService
}

/** What we asked, and were told, about the cancellation of a service order. */
export interface FulfilmentCancellation {
  reason: string
  requestedAt: string
  /** Of the cancellation at the FMS, once it is known. */
  id?: string
  /** `wanted` until the FMS has taken note of it. */
  state: 'wanted' | 'asked' | 'refused'
  /** How often we have asked. */
  tries: number
  /** Whether it was asked and the answer was lost: the state of the service order is looked at before it is asked again. */
  isUnknown?: boolean
  /** Asked for by an operator who has given the item up: it has failed once it is cancelled. */
  isGivenUp?: boolean
}

/**
 * One attempt to have one item provisioned, or to undo that: one service order at the FMS at most. Its id is the `externalId` there.
 */
export interface Fulfilment extends Resource {
  productOrder: { id: string }
  item: { id: string }
  /** From 1; only a decision of an operator, or a compensation, makes another one. */
  attempt: number
  /** `compensate`: undoes what an attempt before has done. */
  purpose: 'provision' | 'compensate'
  state: FulfilmentState
  request: ServiceOrderRequest
  rule?: RuleReference
  stateMap?: StateMap
  /** At the FMS, in the state that it was told in last. */
  serviceOrder?: { id: string; state: string }
  /** Whether the FMS has stopped working on it for now. */
  isHeld?: boolean
  /** How often it was sent. */
  tries: number
  /** Calls that failed since one succeeded, and since when. */
  failures: number
  failingSince?: string
  /** How often in a row the FMS said what makes no sense. */
  puzzles: number
  /** When it was sent last. */
  sentAt?: string
  /** When the next step is due; absent: never by itself. */
  nextAt?: string
  /** When the FMS last told something new. */
  newsAt: string
  polledAt?: string
  /** Whether a milestone of the journey waits for what the FMS tells: then each word of it counts. */
  isListenedTo?: boolean
  /** Of what was told last: the same again is no news. */
  told?: string
  /** The event of the callback that told it, empty where that has no id; absent where it was an answer. */
  toldBy?: string
  cancellation?: FulfilmentCancellation
  fallout?: { id: string; kind: FalloutKind }
  result?: FulfilledService[]
  done?: DoneBefore[]
  /** In the inventory, when one came of it. Where it was terminated by this, since when. */
  product?: { id: string; terminationDate?: string }
  createdAt: string
  lastUpdate: string
}

export const fulfilmentDefinition = {
  name: 'fulfilment',
  type: 'Fulfilment',
  stateAttribute: 'state',
  mandatory: ['productOrder', 'item', 'attempt', 'purpose', 'state', 'request'],
  indexed: [
    { name: 'product_order_id', path: 'productOrder.id', type: 'string', many: false },
    { name: 'service_order_id', path: 'serviceOrder.id', type: 'string', many: false }
  ]
} as const satisfies DefinitionOf<Fulfilment>

/** @param isListenedTo whether a milestone of its journey waits for what the FMS tells */
export function listenedTo(record: Fulfilment, isListenedTo: boolean): Fulfilment {
  return isListenedTo && !record.isListenedTo ? { ...record, isListenedTo } : record
}

/** Of attempts on the same items the latest each. */
export function latestAttempts(records: readonly Fulfilment[]): Fulfilment[] {
  const latest = new Map<string, Fulfilment>()
  for (const record of records) {
    const known = latest.get(record.item.id)
    if (!known || known.attempt < record.attempt) latest.set(record.item.id, record)
  }
  return [...latest.values()]
}
