import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import type { FmsCallbackWish } from '../ports/fms-gateway.ts'
import { digestOf } from './digest.ts'

/** The id of the one subscription that there is. */
export const FMS_SUBSCRIPTION_ID = 'fms'

/** Where the FMS is to tell what happens, and which FMS that is. */
export interface FmsCallback {
  /** Where it is, or another name for it. */
  readonly fms: string
  /** The URL, with a secret in it; absent: it is not to tell anything. */
  readonly callback?: string
}

/**
 * What we have registered at the hub of the FMS: one subscription for all servers of a database. An FMS that forgets it is found out by
 * what it lets us find out by asking: see `doubtSubscription`.
 */
export interface FmsSubscription extends Resource {
  fms: string
  /** Of the URL that was registered, which holds a secret. */
  callbackDigest: string
  /** What was asked for; absent: everything. */
  wanted?: FmsCallbackWish
  /** Of the subscription there; absent when the FMS has said no more than that it has it. */
  subscription?: { id: string }
  subscribedAt: string
  /** When a callback came last, to the minute. */
  heardAt?: string
  /** Something has happened that nobody told us: it is registered anew. */
  isDoubted?: boolean
}

/** Internal: served by no API. */
export const fmsSubscriptionDefinition = {
  name: 'fmsSubscription',
  type: 'FmsSubscription',
  stateAttribute: '@type',
  mandatory: ['fms', 'callbackDigest', 'subscribedAt'],
  indexed: []
} as const satisfies DefinitionOf<FmsSubscription>

/** How long nothing may have been told, before it is strange that something was found out by asking. */
const SILENCE_MS = 5 * 60_000
/** Callbacks may be many; that they come is noted now and then. */
const NOTED_EVERY_MS = 60_000

/** Whether it is what is wanted, as far as we know. */
export function isSubscribed(known: FmsSubscription, { fms, callback }: FmsCallback, wanted: FmsCallbackWish): boolean {
  const isWhatIsWanted = (known.wanted ?? 'everything') === wanted
  return isWhatIsWanted && !known.isDoubted && known.fms === fms && callback !== undefined && isAt(known, callback)
}

/** Whether callbacks come to this URL. */
export function isAt({ callbackDigest }: FmsSubscription, callback: string): boolean {
  return callbackDigest === digestOf(callback)
}

export function subscribedTo(
  { fms, callback }: Required<FmsCallback>,
  wanted: FmsCallbackWish,
  subscription: { readonly id: string } | undefined,
  now: Date
): FmsSubscription {
  return {
    id: FMS_SUBSCRIPTION_ID,
    '@type': fmsSubscriptionDefinition.type,
    fms,
    callbackDigest: digestOf(callback),
    wanted,
    ...(subscription && { subscription: { id: subscription.id } }),
    subscribedAt: now.toISOString()
  }
}

/** After a callback came; undefined where that is noted already. */
export function afterHearing(known: FmsSubscription, now: Date): FmsSubscription | undefined {
  if (sinceMs(known.heardAt, now) < NOTED_EVERY_MS) return undefined
  return { ...known, heardAt: now.toISOString() }
}

/** After something was found out by asking that should have been told; undefined where that is nothing strange, or known. */
export function afterMissing(known: FmsSubscription, now: Date): FmsSubscription | undefined {
  const silenceMs = Math.min(sinceMs(known.heardAt, now), sinceMs(known.subscribedAt, now))
  return known.isDoubted || silenceMs < SILENCE_MS ? undefined : { ...known, isDoubted: true }
}

function sinceMs(at: string | undefined, now: Date): number {
  return at === undefined ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(at)
}
