import { arrive, setOut } from '../fulfilment/fulfilment-change.ts'
import {
  askEarly,
  type Fulfilment,
  type FulfilmentChange,
  type FulfilmentContext,
  followReport,
  fulfilmentDefinition,
  isOfNoConsequence,
  isOver
} from '../fulfilment/index.ts'
import { isUnderWay, type Now } from '../fulfilment/of-no-consequence.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { FmsNotification } from '../ports/fms-gateway.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { changeFulfilment, type FulfilmentDependencies } from './change-fulfilment.ts'

export interface FollowNotificationDependencies extends FulfilmentDependencies {
  readonly store: ResourceStore
  /** Told of each that is over now, and no longer waits for anything. */
  readonly onOver?: (id: string) => void
  /**
   * What this process has just sent and waits to store the answer to, as it was sent. That it is under way is no news of it, whatever has become of
   * the record since: the answer says so as well.
   */
  readonly justSent?: (id: string) => Fulfilment | undefined
}

/**
 * Takes in what the FMS has told by a callback. It is matched by the id of the service order, else by our own; what is not about one of
 * ours changes nothing, and what cannot be believed by itself has the FMS asked soon.
 */
export async function followNotification(
  dependencies: FollowNotificationDependencies,
  notification: FmsNotification,
  context: RequestContext
): Promise<'followed' | 'unknown'> {
  const { serviceOrderId, externalId } = notification
  // What it is called at the FMS may not be known yet.
  const isIt = ({ serviceOrder }: Fulfilment) =>
    serviceOrderId === undefined || serviceOrder === undefined || serviceOrder.id === serviceOrderId
  const named = externalId === undefined ? 'unknown' : await follow(dependencies, externalId, notification, context, isIt)
  if (named !== 'other' && (named === 'followed' || serviceOrderId === undefined)) return named
  const known = await idOfServiceOrder(dependencies.store, serviceOrderId!, context.tenant)
  // There is another one with our id.
  const id = known ?? (named === 'other' ? externalId : undefined)
  if (id === undefined) return 'unknown'
  return (await follow(dependencies, id, notification, context, () => true)) === 'followed' ? 'followed' : 'unknown'
}

type Found = 'followed' | 'unknown' | 'other'

/**
 * @param isMeant whether the callback is about the one that has this id
 * @returns `other` when it isn't
 */
async function follow(
  dependencies: FollowNotificationDependencies,
  id: string,
  { report, eventId, serviceOrderId }: FmsNotification,
  context: RequestContext,
  isMeant: (record: Fulfilment) => boolean
): Promise<Found> {
  const { store, clock, fulfilment, onOver, justSent } = dependencies
  const told = report && { report, ...(eventId !== undefined && { eventId }) }
  const isIdle = (record: Fulfilment, now: Now) => (told ? isOfNoConsequence(record, told, now) : isOver(record.state))
  // Most of what is told on the way changes nothing: it needs no transaction.
  if (!told || isUnderWay(told.report)) {
    const record = justSent?.(id) ?? (await storedFulfilment(store, id, context.tenant))
    if (!record) return 'unknown'
    if (!isMeant(record)) return 'other'
    const moment = { now: clock.now(), actor: context.actor }
    if (isIdle(record, { moment, ...fulfilment })) return 'followed'
  }
  let found: Found = 'unknown'
  let isOverNow = false
  const decide = (record: Fulfilment, order: ProductOrder, decision: FulfilmentContext): FulfilmentChange => {
    found = isMeant(record) ? 'followed' : 'other'
    isOverNow = false
    if (found === 'other' || isIdle(record, decision)) return arrive(setOut(record, order, decision))
    const change = told
      ? followReport(record, order, { ...told, source: 'callback' }, decision)
      : askEarly(record, order, serviceOrderId, decision)
    isOverNow = isOver(change.record.state)
    return change
  }
  try {
    await changeFulfilment(dependencies, id, decide, context)
  } catch (error) {
    // Its order was deleted: there is nothing left that could follow.
    if (error instanceof DomainError && error.code === 'notFound') return 'unknown'
    throw error
  }
  if (isOverNow) onOver?.(id)
  return found
}

async function storedFulfilment(store: ResourceStore, id: string, tenant: string): Promise<Fulfilment | undefined> {
  const stored = await store.get(tenant, fulfilmentDefinition, id)
  return stored && (JSON.parse(stored.document) as Fulfilment)
}

const serviceOrderPath = {
  segments: [
    { name: 'serviceOrder', many: false },
    { name: 'id', many: false }
  ],
  type: 'string'
} as const

async function idOfServiceOrder(store: ResourceStore, serviceOrderId: string, tenant: string): Promise<string | undefined> {
  const { items } = await store.list(tenant, fulfilmentDefinition, {
    filter: { kind: 'in', path: serviceOrderPath, values: [serviceOrderId] },
    sort: [],
    limit: 1,
    offset: 0,
    count: false
  })
  return items[0]?.id
}
