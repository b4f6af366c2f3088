import type { ServiceOrderNews } from '../journey/apply-service-order.ts'
import { insist } from '../kernel/refusal.ts'
import { confirmCancellation, refuseCancellation } from '../ordering/decide-cancellation.ts'
import type { HistoryEntry } from '../ordering/history.ts'
import { changeOf, followedBy, inMotion, type OrderChange } from '../ordering/order-change.ts'
import type { ProductOrderItemState } from '../ordering/order-item-states.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type { CancelProductOrder } from '../resources/cancel-product-order.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { cancelFulfilment, cancellationVerdict, resumeAfterRefusal, undoAfterCancellation } from './cancel.ts'
import type { Fallout, FalloutResolution } from './fallout.ts'
import type { Fulfilment } from './fulfilment.ts'
import { type FulfilmentChange, type FulfilmentContext, moveItem } from './fulfilment-change.ts'
import { type Ingredients, intendFulfilment } from './intend.ts'
import type { ProductChange } from './product-change.ts'
import { beginCreate } from './send.ts'

/**
 * An order and everything that is done to have it provisioned, while one piece of work changes them: all that has come together here is to
 * be stored and told in one transaction.
 */
export interface Provisioning {
  readonly context: FulfilmentContext
  order: OrderChange
  /** The latest attempts, by the ids of the items. */
  readonly latest: Map<string, Fulfilment>
  /** What is new or has changed of them, by id. */
  readonly records: Map<string, Fulfilment>
  /** The ids of those that are new. */
  readonly made: Set<string>
  readonly news: ServiceOrderNews[]
  readonly fallouts: Fallout[]
  readonly resolved: { readonly id: string; readonly resolution: FalloutResolution }[]
  readonly products: ProductChange[]
  /** Further states of the cancellation that was open. */
  readonly tasks: CancelProductOrder[]
  readonly taskHistory: HistoryEntry[]
}

/** @param latest the latest attempts on its items */
export function beginProvisioning(order: OrderChange, latest: readonly Fulfilment[], context: FulfilmentContext): Provisioning {
  return {
    context,
    order,
    latest: new Map(latest.map(record => [record.item.id, record])),
    records: new Map(),
    made: new Set(),
    news: [],
    fallouts: [],
    resolved: [],
    products: [],
    tasks: [],
    taskHistory: []
  }
}

/** Intends what an order that was accepted has to have done. */
export function intend(provisioning: Provisioning, ingredients: Ingredients): void {
  const { order, latest, context, fallouts, products } = provisioning
  const intention = intendFulfilment(order.order, ingredients, context, [...latest.values()])
  provisioning.order = followedBy(order, intention.order)
  for (const record of intention.records) make(provisioning, record)
  fallouts.push(...intention.fallouts)
  products.push(...intention.products)
}

/** All of them have the same time to be taken by the FMS, and may share one place for calls. */
const SENT_AT_ONCE = 8

/**
 * Takes what is to be sent as sent, where whoever stores that sends it then. Of a large order the rest is sent when it is due, at once.
 *
 * @returns what is to be sent as soon as it is stored so, and not before
 */
export function beginSending(provisioning: Provisioning): Fulfilment[] {
  const begun = [...provisioning.records.values()].flatMap(record => beginCreate(record, provisioning.context) ?? [])
  const sent = begun.slice(0, SENT_AT_ONCE)
  for (const record of sent) keep(provisioning, record)
  return sent
}

/** Takes in what was decided about one fulfilment of the order as it is here. */
export function take(provisioning: Provisioning, change: FulfilmentChange): void {
  if (change.outcome === 'unchanged') return
  const { news, fallouts, resolved, products } = provisioning
  provisioning.order = followedBy(provisioning.order, change.order)
  const isNew = (record: Fulfilment) => provisioning.latest.get(record.item.id) !== record
  if (isNew(change.record)) keep(provisioning, change.record)
  for (const record of change.more) make(provisioning, record)
  news.push(...change.news)
  if (change.fallout) fallouts.push(change.fallout)
  if (change.resolved) resolved.push(change.resolved)
  if (change.product) products.push(change.product)
}

function make(provisioning: Provisioning, record: Fulfilment): void {
  provisioning.made.add(record.id)
  keep(provisioning, record)
}

function keep({ latest, records }: Provisioning, record: Fulfilment): void {
  records.set(record.id, record)
  const known = latest.get(record.item.id)
  if (!known || known.attempt <= record.attempt) latest.set(record.item.id, record)
}

/**
 * Makes the fulfilments and the order agree on what is wanted: what is being cancelled is cancelled at the FMS too; what the FMS has
 * settled of that is told to the order and to its items.
 *
 * @param task the cancellation of the order that is being decided about, if there is one
 */
export function agree(provisioning: Provisioning, task?: CancelProductOrder): void {
  const reason = task?.cancellationReason ?? 'The order was cancelled'
  for (const [record, item] of withItems(provisioning)) {
    if (isBeingCancelled(item) && !record.cancellation) {
      decide(provisioning, record, (each, order, context) => cancelFulfilment(each, order, reason, context))
    } else if (isWorkedOn(item) && isLeftBehind(record)) decide(provisioning, record, resumeAfterRefusal)
  }
  if (task) settleTask(provisioning, task)
  // As long as a cancellation of the whole order is open, it is settled for all of them together.
  if (!task || provisioning.order.order.state !== 'assessingCancellation') settleItems(provisioning)
  undoCancelled(provisioning)
  undoGivenUp(provisioning)
}

/** What an operator has given up is cancelled at the FMS first; what attempts before had done is undone then. */
function undoGivenUp(provisioning: Provisioning): void {
  for (const [record] of withItems(provisioning)) {
    if (record.state === 'cancelled' && record.cancellation?.isGivenUp) decide(provisioning, record, undoAfterCancellation)
  }
}

/** Whoever has cancelled an order, or an item of it: what was done for it before is undone. */
function undoCancelled(provisioning: Provisioning): void {
  const cancelled = provisioning.order.history.filter(({ to }) => to === 'cancelled')
  if (cancelled.length === 0) return
  const isAll = cancelled.some(({ subject }) => subject === 'order')
  const items = new Set(cancelled.map(({ item }) => item?.id))
  for (const [record, item] of withItems(provisioning)) {
    if (isAll || items.has(item.id)) decide(provisioning, record, undoAfterCancellation)
  }
}

type Decide = (record: Fulfilment, order: ProductOrder, context: FulfilmentContext) => FulfilmentChange

function decide(provisioning: Provisioning, record: Fulfilment, how: Decide): void {
  take(provisioning, how(record, provisioning.order.order, provisioning.context))
}

function withItems({ order, latest }: Provisioning): [Fulfilment, ProductOrderItem][] {
  return leavesOf(order.order.productOrderItem).flatMap((item): [Fulfilment, ProductOrderItem][] => {
    const record = latest.get(item.id)
    return record ? [[record, item]] : []
  })
}

const beingCancelled: readonly ProductOrderItemState[] = ['assessingCancellation', 'pendingCancellation', 'cancelled']

function isBeingCancelled({ state }: ProductOrderItem): boolean {
  return beingCancelled.includes(state)
}

function isWorkedOn({ state }: ProductOrderItem): boolean {
  return state === 'inProgress' || state === 'held'
}

/** Its item goes on, and it knows of a cancellation that nobody waits for any more. While the FMS decides about one, that is awaited. */
function isLeftBehind({ state, cancellation, purpose }: Fulfilment): boolean {
  if (purpose === 'compensate' || cancellation?.isGivenUp) return false
  return state === 'cancelled' || (cancellation !== undefined && state !== 'cancelling')
}

/** An order without any attempt was not given to the FMS: people decide. */
function settleTask(provisioning: Provisioning, task: CancelProductOrder): void {
  const { order, latest, context, tasks, taskHistory } = provisioning
  if (order.order.state !== 'assessingCancellation' || latest.size === 0) return
  const verdict = cancellationVerdict([...latest.values()])
  if (verdict === 'wait') return
  const isConfirmed = verdict === 'confirm'
  const settle = isConfirmed ? confirmCancellation : refuseCancellation
  const settled = insist(settle(order.order, task, isConfirmed ? context.moment : { ...context.moment, reason: REFUSED }))
  provisioning.order = followedBy(order, settled.order)
  tasks.push(...settled.tasks)
  taskHistory.push(...settled.history)
  if (!isConfirmed) for (const record of [...latest.values()]) decide(provisioning, record, resumeAfterRefusal)
}

const REFUSED = 'The fulfilment system goes on with the order'

/** Items that are cancelled one by one, and the order with them when they are all of it. */
function settleItems(provisioning: Provisioning): void {
  for (const [record, item] of withItems(provisioning)) {
    const to = item.state === 'cancelled' ? undefined : outcomeOf(record, item)
    if (!to || !isBeingCancelled(item)) continue
    const motion = inMotion(provisioning.order.order, provisioning.context.moment)
    moveItem(motion, item.id, to)
    provisioning.order = followedBy(provisioning.order, changeOf(motion, provisioning.order.order))
    if (to !== 'cancelled') decide(provisioning, record, resumeAfterRefusal)
  }
}

function outcomeOf(record: Fulfilment, item: ProductOrderItem): ProductOrderItemState | undefined {
  if (cancellationVerdict([record]) === 'wait') return undefined
  const isGone = record.state === 'cancelled' || item.state === 'pendingCancellation'
  return isGone ? 'cancelled' : item.stateBeforeCancellation
}
