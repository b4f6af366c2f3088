import {
  afterHearing,
  afterMissing,
  FMS_SUBSCRIPTION_ID,
  type FmsCallback,
  type FmsSubscription,
  fmsSubscriptionDefinition,
  isSubscribed,
  subscribedTo
} from '../fulfilment/fms-subscription.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Clock } from '../ports/clock.ts'
import type { FmsFailure, FmsGateway } from '../ports/fms-gateway.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'

export interface SubscribeDependencies {
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly fms: Pick<FmsGateway, 'subscribe' | 'unsubscribe'>
}

/**
 * Sees to it that the FMS knows where to tell what happens. The new subscription comes before the old one goes: something told twice does
 * no harm. So does one that stays behind because this process ends between the FMS's answer and the store.
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
  if (known && isSubscribed(known, wanted)) return undefined
  const old = known?.fms === wanted.fms ? known.subscription?.id : undefined
  const { callback } = wanted
  if (callback === undefined) {
    const failure = old === undefined ? undefined : await unsubscribe(fms, old)
    if (!failure && known) await forget(dependencies, tenant)
    return failure
  }
  const result = await fms.subscribe(callback)
  const isThere = result.kind === 'refused' && result.code === 'conflict'
  if (result.kind !== 'ok' && !isThere) return result
  const id = result.kind === 'ok' ? result.value.id : old
  await remember(dependencies, { ...wanted, callback }, id, tenant)
  if (old !== undefined && old !== id) await fms.unsubscribe(old)
  return undefined
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
  id: string | undefined,
  tenant: string
): Promise<void> {
  return unitOfWork.run(tenant, async transaction => {
    const stored = await transaction.get(fmsSubscriptionDefinition, FMS_SUBSCRIPTION_ID)
    const next = subscribedTo(wanted, id === undefined ? undefined : { id }, clock.now())
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
