import type { ServiceOrderNews } from '../journey/apply-service-order.ts'
import type { Moment } from '../kernel/moment.ts'
import { canMove } from '../kernel/transitions.ts'
import {
  changeOf,
  followLeaves,
  inMotion,
  itemReference,
  moveLeaves,
  type OrderChange,
  type OrderInMotion
} from '../ordering/order-change.ts'
import { isFinalItem, type ProductOrderItemState } from '../ordering/order-item-states.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type { FmsFailure, FmsResult, ServiceOrderReport } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { evidenceOf } from './evidence.ts'
import { type Fallout, type FalloutKind, type FalloutResolution, type FalloutStep, raiseFallout } from './fallout.ts'
import { type Fulfilment, type FulfilmentState, fulfilmentMachine } from './fulfilment.ts'
import { retryDelayMs } from './pace.ts'
import type { ProductChange } from './product-change.ts'
import type { FulfilmentSettings } from './settings.ts'

/** What decisions about fulfilments need besides the records. */
export interface FulfilmentContext {
  readonly moment: Moment
  readonly settings: FulfilmentSettings
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** For fallout records and products. */
  readonly nextId: () => string
  /** Whether the FMS can be asked what it has by `externalId`. */
  readonly canLookUp: boolean
}

/**
 * What came of a call. Answers may come late, when others have learnt more or have called again: what was known when the call was made
 * tells.
 */
export interface Answer<T> {
  /** The record as it was stored when the call was made. */
  readonly asked: Fulfilment
  readonly result: FmsResult<T>
}

/** What a decision about a fulfilment comes to: all of it is to be stored and told in one transaction. */
export interface FulfilmentChange {
  /** `unchanged`: there is nothing to store and nobody to tell. */
  readonly outcome: 'changed' | 'unchanged'
  readonly record: Fulfilment
  /** Records that are new. */
  readonly more: readonly Fulfilment[]
  readonly order: OrderChange
  /** What the journey is to take notice of. */
  readonly news: readonly ServiceOrderNews[]
  /** A new one. */
  readonly fallout?: Fallout
  /** An open one that is over. */
  readonly resolved?: { readonly id: string; readonly resolution: FalloutResolution }
  readonly product?: ProductChange
}

/** A fulfilment and its order while a decision changes them. */
export interface FulfilmentInMotion {
  readonly context: FulfilmentContext
  readonly before: Fulfilment
  readonly orderBefore: ProductOrder
  readonly order: OrderInMotion
  record: Fulfilment
  readonly more: Fulfilment[]
  readonly news: ServiceOrderNews[]
  fallout?: Fallout
  resolved?: { id: string; resolution: FalloutResolution }
  product?: ProductChange
}

export function setOut(record: Fulfilment, order: ProductOrder, context: FulfilmentContext): FulfilmentInMotion {
  return { context, before: record, orderBefore: order, order: inMotion(order, context.moment), record, more: [], news: [] }
}

export function arrive(motion: FulfilmentInMotion): FulfilmentChange {
  const { before, orderBefore, more, news, fallout, resolved, product } = motion
  letItemFollow(motion)
  const order = changeOf(motion.order, orderBefore)
  const hasMore = more.length > 0 || news.length > 0 || product !== undefined
  const isChanged = motion.record !== before || order.outcome === 'changed' || hasMore
  const record = isChanged && motion.record !== before ? { ...motion.record, lastUpdate: at(motion) } : motion.record
  return {
    outcome: isChanged ? 'changed' : 'unchanged',
    record,
    more,
    order,
    news,
    ...(fallout && { fallout }),
    ...(resolved && { resolved }),
    ...(product && { product })
  }
}

export function at({ context }: Pick<FulfilmentInMotion, 'context'>): string {
  return context.moment.now.toISOString()
}

type Changed = { readonly [Name in keyof Fulfilment]?: Fulfilment[Name] | undefined }

/** Changes the record; what is undefined is taken away. */
export function put(motion: FulfilmentInMotion, changed: Changed): void {
  const next: Record<string, unknown> = { ...motion.record }
  let hasGone = false
  for (const [name, value] of Object.entries(changed)) {
    if (value !== undefined) next[name] = value
    else if (Object.hasOwn(next, name)) hasGone = true
  }
  // What is deleted from makes a slow object, and so does what is copied from that.
  const kept = hasGone ? Object.fromEntries(Object.entries(next).filter(([name]) => !isTakenAway(changed, name))) : next
  motion.record = kept as unknown as Fulfilment
}

function isTakenAway(changed: object, name: string): boolean {
  return Object.hasOwn(changed, name) && (changed as Record<string, unknown>)[name] === undefined
}

/** Gives the record its next state. Decisions only ask for what the table allows: anything else is a mistake in them. */
export function become(motion: FulfilmentInMotion, state: FulfilmentState, changed: Changed = {}): void {
  const from = motion.record.state
  if (from !== state && !canMove(fulfilmentMachine, from, state)) {
    throw new Error(`a decision took a fulfilment from ${from} to ${state}`)
  }
  if (from === 'fallout' && motion.record.fallout && !motion.resolved) {
    motion.resolved = {
      id: motion.record.fallout.id,
      resolution: state === 'cancelled' || state === 'cancelling' ? 'cancelled' : 'healed'
    }
  }
  if (from === 'fallout' && state !== 'fallout') forgetError(motion)
  put(motion, { state, ...(from === 'fallout' && state !== 'fallout' && { fallout: undefined }), ...changed })
}

const WAITS = 'An item waits for somebody to decide'

/** An item that goes on waits for nobody any more. Why one was given up stays on its order. */
function forgetError({ record, order, resolved }: FulfilmentInMotion): void {
  if (resolved?.resolution === 'cancelled' || resolved?.resolution === 'compensate') return
  const { productOrderErrorMessage: messages = [], ...rest } = order.order
  const others = messages.filter(
    ({ code, reason, productOrderItem = [] }) =>
      code !== record.fallout?.kind ||
      reason !== WAITS ||
      !productOrderItem.some(({ productOrderItemId }) => productOrderItemId === record.item.id)
  )
  if (others.length === messages.length) return
  order.order = { ...rest, ...(others.length > 0 && { productOrderErrorMessage: others }) }
}

export interface Misfortune {
  readonly kind: FalloutKind
  readonly step: FalloutStep
  readonly message: string
  readonly failure?: FmsFailure | undefined
  /** What the FMS told, where it was that. */
  readonly report?: ServiceOrderReport | undefined
}

/** Stops a fulfilment until somebody decides, and says so on the order. */
export function fallOut(motion: FulfilmentInMotion, { kind, step, message, failure, report }: Misfortune): void {
  const { record, context, order } = motion
  motion.fallout = raiseFallout(
    context.nextId(),
    {
      productOrder: record.productOrder,
      item: record.item,
      fulfilment: { id: record.id, attempt: record.attempt },
      ...(record.serviceOrder && { serviceOrder: { id: record.serviceOrder.id } }),
      kind,
      step,
      message,
      evidence: evidenceOf(record.request, order.order, { failure, report })
    },
    context.moment
  )
  if (record.state !== 'fallout') become(motion, 'fallout')
  put(motion, { fallout: { id: motion.fallout.id, kind }, nextAt: undefined })
  order.order = {
    ...order.order,
    productOrderErrorMessage: [
      ...(order.order.productOrderErrorMessage ?? []),
      {
        '@type': 'ErrorMessage',
        code: kind,
        reason: WAITS,
        message,
        timestamp: at(motion),
        productOrderItem: [itemReference(order.order.id, record.item.id)]
      }
    ]
  }
}

/** Notes that a call failed that may be made again, and when. False when that has gone on for too long. */
export function retryLater(motion: FulfilmentInMotion, failure: FmsFailure): boolean {
  const { context, record } = motion
  const { now } = context.moment
  const failures = record.failures + 1
  const failingSince = record.failingSince ?? now.toISOString()
  if (hasFailedTooLong(motion)) return false
  const waitMs = retryDelayMs(context.settings.retry, failures, context.random, failure.retryAfterS)
  put(motion, { failures, failingSince, nextAt: new Date(now.getTime() + waitMs).toISOString() })
  return true
}

export function hasFailedTooLong({ context, record }: FulfilmentInMotion): boolean {
  const { moment, settings } = context
  return (
    record.failingSince !== undefined && moment.now.getTime() - Date.parse(record.failingSince) >= settings.retry.giveUpAfterMs
  )
}

/** The leaf of the order that a fulfilment is about; undefined when the order has changed so that there is none. */
export function itemOf(order: ProductOrder, { item }: Pick<Fulfilment, 'item'>): ProductOrderItem | undefined {
  return leavesOf(order.productOrderItem).find(({ id }) => id === item.id)
}

/** Where a fulfilment would have its item; undefined when it has no say. */
export function itemStateOf({ state, purpose, isHeld, cancellation }: Fulfilment): ProductOrderItemState | undefined {
  if (state === 'cancelled' && cancellation?.isGivenUp) return 'failed'
  if (state === 'cancelled' || state === 'superseded') return undefined
  if (purpose === 'compensate') return state === 'completed' ? 'failed' : 'held'
  if (state === 'completed') return 'completed'
  return state === 'fallout' || isHeld ? 'held' : 'inProgress'
}

/**
 * Takes the item where its fulfilment has got to. An item of which the cancellation is being decided about waits for that; and one that
 * somebody else holds is only taken further by its completion.
 */
function letItemFollow({ before, record, order }: FulfilmentInMotion): void {
  const item = itemOf(order.order, record)
  const to = itemStateOf(record)
  if (!item || !to || item.state === to || isFinalItem(item.state)) return
  if (item.state !== 'inProgress' && item.state !== 'held') return
  if (to === 'inProgress' && itemStateOf(before) !== 'held') return
  moveItem(order, item.id, to)
}

export function moveItem(order: OrderInMotion, itemId: string, to: ProductOrderItemState): void {
  moveLeaves(order, leaf => (leaf.id === itemId ? to : undefined))
  followLeaves(order)
}
