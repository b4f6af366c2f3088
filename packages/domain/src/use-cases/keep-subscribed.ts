import {
  afterHearing,
  afterMissing,
  FMS_SUBSCRIPTION_ID,
  type FmsCallback,
  type FmsSubscription,
  fmsSubscriptionDefinition,
  isAt,
  isSubscribed,
  subscribedTo
} from '../fulfilment/fms-subscription.ts'
import { awaitsFms } from '../journey/journey-catalog.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Clock } from '../ports/clock.ts'
import type { FmsCallbackWish, FmsFailure, FmsGateway, FmsResult } from '../ports/fms-gateway.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { journeysInUse } from './journeys-in-use.ts'

export interface SubscribeDependencies {
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly fms: Pick<FmsGateway, 'subscribe' | 'unsubscribe'>
}

/**
 * Sees to it that the FMS knows where to tell what happens. The new subscription comes before the old one goes: something told twice does
 * no harm. So does one that stays behind because this process ends between the FMS's answer and the store. Milestones that no journey waits
 * for need not be told by themselves: there are more of them than of all else.
 *
 * @returns what the FMS has answered where it has not taken it: to be tried again
 */
export async function keepSubscribed(
  dependencies: SubscribeDependencies,
  wanted: FmsCallback,
  tenant: string
): Promise<FmsFailure | undefined> {
  const { store, fms } = dependencies
  const known = read(await store.get(tenant, fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID))
  const wish = await wishOf(store, tenant)
  if (known && isSubscribed(known, wanted, wish)) return undefined
  const old = known?.fms === wanted.fms ? known.subscription?.id : undefined
  const { callback } = wanted
  if (callback === undefined) {
    const failure = old === undefined ? undefined : await unsubscribe(fms, old)
    if (!failure && known) await forget(dependencies, tenant)
    return failure
  }
  const isOther = known !== undefined && isAt(known, callback) && (known.wanted ?? 'everything') !== wish
  const result = await subscribe(fms, callback, wish, isOther ? old : undefined)
  if (result.kind !== 'ok' && !isThere(result)) return result
  const id = result.kind === 'ok' ? result.value.id : old
  await remember(dependencies, { ...wanted, callback }, wish, id, tenant)
  if (old !== undefined && old !== id) await fms.unsubscribe(old)
  return undefined
}

/** Journeys that wait for what the FMS tells wait for its milestones too. */
async function wishOf(store: ResourceStore, tenant: string): Promise<FmsCallbackWish> {
  const catalog = await journeysInUse({ get: async (definition, id) => store.get(tenant, definition, id) })
  return awaitsFms(catalog) ? 'everything' : 'changes'
}

/**
 * @param inTheWay what is registered for the same URL and asks for something else: an FMS that takes no second one for it is to forget that
 */
async function subscribe(
  fms: SubscribeDependencies['fms'],
  callback: string,
  wish: FmsCallbackWish,
  inTheWay: string | undefined
): Promise<FmsResult<{ readonly id: string }>> {
  const result = await fms.subscribe(callback, wish)
  if (isThere(result) && inTheWay !== undefined) {
    await fms.unsubscribe(inTheWay)
    return fms.subscribe(callback, wish)
  }
  // What cannot be asked for in part is asked for as a whole.
  const isTooMuch = result.kind === 'refused' && !result.retryable && !isThere(result) && wish !== 'everything'
  return isTooMuch ? fms.subscribe(callback, 'everything') : result
}

function isThere(result: FmsResult<unknown>): boolean {
  return result.kind === 'refused' && result.code === 'conflict'
}

/** Journeys wait for what was not asked for until now: if the FMS calls back, it is asked for more. */
export async function wantMore(transaction: Transaction, now: string): Promise<void> {
  const stored = await transaction.get(fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID)
  if (stored) transaction.schedule({ kind: 'subscribe', id: FMS_SUBSCRIPTION_ID, dueAt: now })
}

/** A callback has come. */
export async function noteCallback(dependencies: Omit<SubscribeDependencies, 'fms'>, tenant: string): Promise<void> {
  await change(dependencies, tenant, afterHearing)
}

/** Something was found out by asking that a callback should have told: perhaps the FMS has forgotten where to. */
export async function doubtSubscription(dependencies: Omit<SubscribeDependencies, 'fms'>, tenant: string): Promise<void> {
  await change(dependencies, tenant, afterMissing)
}

/** Has the subscription looked at now: at the start, and when the settings may have changed. */
export async function lookAtSubscription(
  { unitOfWork, clock }: Pick<SubscribeDependencies, 'unitOfWork' | 'clock'>,
  tenant: string
): Promise<void> {
  await unitOfWork.run(tenant, async transaction => {
    transaction.schedule({ kind: 'subscribe', id: FMS_SUBSCRIPTION_ID, dueAt: clock.now().toISOString() })
  })
}

function read(stored: StoredResource | undefined): FmsSubscription | undefined {
  return stored && (JSON.parse(stored.document) as FmsSubscription)
}

async function unsubscribe(fms: SubscribeDependencies['fms'], id: string): Promise<FmsFailure | undefined> {
  const result = await fms.unsubscribe(id)
  return result.kind === 'ok' ? undefined : result
}

function remember(
  { unitOfWork, clock }: SubscribeDependencies,
  wanted: Required<FmsCallback>,
  wish: FmsCallbackWish,
  id: string | undefined,
  tenant: string
): Promise<void> {
  return unitOfWork.run(tenant, async transaction => {
    const stored = await transaction.get(fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID)
    const next = subscribedTo(wanted, wish, id === undefined ? undefined : { id }, clock.now())
    if (stored) transaction.update(fmsSubscriptionDefinition, stored, next)
    else transaction.insert(fmsSubscriptionDefinition, next)
  })
}

function forget({ unitOfWork }: SubscribeDependencies, tenant: string): Promise<void> {
  return unitOfWork.run(tenant, async transaction => {
    const stored = await transaction.get(fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID)
    if (stored) transaction.delete(fmsSubscriptionDefinition, stored)
  })
}

/** Reads before it opens a transaction: most of the time there is nothing to change. */
async function change(
  { store, unitOfWork, clock }: Omit<SubscribeDependencies, 'fms'>,
  tenant: string,
  apply: (known: FmsSubscription, now: Date) => FmsSubscription | undefined
): Promise<void> {
  const known = read(await store.get(tenant, fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID))
  if (!known || !apply(known, clock.now())) return
  await unitOfWork.run(tenant, async transaction => {
    const stored = await transaction.get(fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID)
    const current = read(stored)
    const next = current && apply(current, clock.now())
    if (!stored || !next) return
    transaction.update(fmsSubscriptionDefinition, stored, next)
    if (next.isDoubted) transaction.schedule({ kind: 'subscribe', id: FMS_SUBSCRIPTION_ID, dueAt: clock.now().toISOString() })
  })
}
