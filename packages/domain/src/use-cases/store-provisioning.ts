import { changeEvents, creationEvents } from '../events/events-of-change.ts'
import {
  dueAt,
  type Fallout,
  type Fulfilment,
  type FulfilmentSettings,
  falloutDefinition,
  fulfilmentDefinition,
  listenedTo,
  type ProductChange,
  type Provisioning,
  resolveFallout
} from '../fulfilment/index.ts'
import { awaitsServiceOrders } from '../journey/apply-service-order.ts'
import type { Journey } from '../journey/journey.ts'
import { orderProgress, type Progress } from '../journey/progress.ts'
import { sameJson } from '../kernel/json.ts'
import { type Resource, type ResourceDefinition, resourceIn, type StoredResource } from '../kernel/resource.ts'
import type { Cancellation } from '../ordering/decide-cancellation.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type Product, productDefinition, withProductLists } from '../resources/product.ts'
import type { OrderRecords } from './order-records.ts'
import type { OrderWork } from './order-work.ts'
import { storeCancellation } from './store-cancellation.ts'
import { type StoredProgress, storeProgress } from './store-progress.ts'
import type { SettledTask } from './store-task.ts'

export interface ProvisioningToStore {
  readonly before: OrderRecords
  readonly provisioning: Provisioning
  /** The cancellation that is open. */
  readonly open?: SettledTask | undefined
  /** What was decided about it, or about a new one, before. */
  readonly cancellation?: Cancellation
}

export interface StoredProvisioning extends StoredProgress {
  /** The task, where a cancellation was decided about. */
  readonly task?: StoredResource
}

/** Stores and tells everything that has come together about an order and what is provisioned for it. */
export async function storeProvisioning(
  work: OrderWork,
  { before, provisioning, open, cancellation }: ProvisioningToStore
): Promise<StoredProvisioning> {
  await storeFulfilments(work, provisioning, before.journey)
  const { order, news } = provisioning
  const decided = [...(cancellation?.tasks ?? []), ...provisioning.tasks]
  const history = [...(cancellation?.history ?? []), ...provisioning.taskHistory]
  const tasks = decided.length > 0 ? decided : (open?.states ?? [])
  const moved = orderProgress(before.order, order, before.journey, work.moment, { tasks, news })
  const progress = withFulfilments(moved, provisioning)
  if (decided.length === 0) {
    return storeProgress(work.transaction, work.source, { before, progress, moment: work.moment })
  }
  const settled = { order, tasks: decided, history }
  return storeCancellation(work, { before, cancellation: settled, progress, ...(open && { task: open.before }) })
}

/** Notes on the journey which attempts are the latest. */
function withFulfilments(progress: Progress, { latest }: Pick<Provisioning, 'latest'>): Progress {
  const { journey } = progress
  const known = new Map((journey.fulfilment ?? []).map(each => [each.item.id, each]))
  for (const { id, item } of latest.values()) known.set(item.id, { id, item })
  const fulfilment = [...known.values()]
  if (fulfilment.length === 0 || sameJson(journey.fulfilment, fulfilment)) return progress
  return { ...progress, outcome: 'changed', journey: { ...journey, fulfilment } }
}

/** Stores the fulfilments themselves, when their next steps are due, and what comes of them beside the order and its journey. */
async function storeFulfilments(work: OrderWork, provisioning: Provisioning, journey: Journey): Promise<void> {
  const { made, fallouts, resolved, products, context } = provisioning
  const isListenedTo = awaitsServiceOrders(journey)
  const records = [...provisioning.records.values()].map(record => listenedTo(record, isListenedTo))
  // Where that takes a round trip, one does for all.
  const stored = await Promise.all(
    records.map(({ id }) => (made.has(id) ? undefined : work.transaction.get(fulfilmentDefinition, id)))
  )
  for (const [index, record] of records.entries()) storeFulfilment(work.transaction, stored[index], record, context.settings)
  for (const fallout of fallouts) insertTold(work, falloutDefinition, fallout)
  for (const { id, resolution } of resolved) {
    const resolve = (fallout: Fallout) => resolveFallout(fallout, resolution, work.moment)
    await updateTold(work, falloutDefinition, id, resolve)
  }
  for (const product of products) await storeProduct(work, product)
}

/** Stores a fulfilment, and schedules its next step. Nobody is told: what others may know of it is on the order. */
function storeFulfilment(
  transaction: Transaction,
  current: StoredResource | undefined,
  record: Fulfilment,
  settings: FulfilmentSettings
): StoredResource {
  const before = current && resourceIn<Fulfilment>(current)
  const due = dueAt(record, settings)
  const wasDue = before && dueAt(before, settings)
  // Where that is as it was, it is scheduled, or somebody is at it who will find out when it is due.
  if (due && due.getTime() !== wasDue?.getTime()) {
    transaction.schedule({ kind: 'fulfil', id: record.id, dueAt: due.toISOString() })
  } else if (wasDue && !due) transaction.unschedule('fulfil', record.id)
  if (!current) return transaction.insert(fulfilmentDefinition, record)
  return transaction.update(fulfilmentDefinition, current, record)
}

async function storeProduct(work: OrderWork, change: ProductChange): Promise<void> {
  if (change.kind === 'create') insertTold(work, productDefinition, withProductLists(change.product))
  else await updateTold<Product>(work, productDefinition, change.id, product => withProductLists(change.apply(product)))
}

function insertTold({ transaction, source }: OrderWork, definition: ResourceDefinition, resource: Resource): void {
  const stored = transaction.insert(definition, resource)
  for (const event of creationEvents(source, definition, stored)) transaction.publish(event)
}

/** Nothing happens where there is no such resource, or where nothing changes. */
async function updateTold<R extends Resource>(
  { transaction, source }: OrderWork,
  definition: ResourceDefinition,
  id: string,
  apply: (resource: R) => R
): Promise<void> {
  const current = await transaction.get(definition, id)
  if (!current) return
  const before = JSON.parse(current.document) as R
  const after = apply(before)
  if (sameJson(before, after)) return
  const stored = transaction.update(definition, current, after)
  for (const event of changeEvents(source, definition, { before, after, stored })) transaction.publish(event)
}
