import type { DefinitionOf, Resource } from '../kernel/resource.ts'

/**
 * `active` gets its events. `paused` by its owner: they wait until it is resumed. `disabled` because its receiver said that it is gone:
 * what waited is parked, and nothing new is added until it is resumed.
 */
export const subscriptionStates = ['active', 'paused', 'disabled'] as const
export type SubscriptionState = (typeof subscriptionStates)[number]

/** Somebody who wants to be told what happens to the resources of one API. */
export interface EventSubscription extends Resource {
  /** The key of the API whose hub it was registered with (`TMF629_V4`): events are told in that API's version. */
  api: string
  callback: string
  /** Host and port of the callback. */
  host: string
  /** Which events, and which fields of them, as the subscriber wrote it. */
  query?: string
  state: SubscriptionState
  /** Why it is not active, in words. */
  stateReason?: string
  createdAt: string
  /** What deliveries are signed with. Encrypted: the store never sees it in the clear. */
  sealedSecret: string
  /** After a rotation both sign until then. */
  previousSealedSecret?: string
  previousSecretUntil?: string
}

export const eventSubscriptionDefinition = {
  name: 'eventSubscription',
  type: 'EventSubscription',
  stateAttribute: 'state',
  mandatory: ['callback', 'api'],
  indexed: [
    { name: 'api', path: 'api', type: 'string', many: false },
    { name: 'state', path: 'state', type: 'string', many: false }
  ]
} as const satisfies DefinitionOf<EventSubscription>
