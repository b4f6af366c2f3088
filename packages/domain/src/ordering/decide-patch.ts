import { isObject, sameJson } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Objection, type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { type Changeable, changeableItemAttributes, changeableOrderAttributes, mayChange, withoutComputed } from './changeable.ts'
import { type ItemMove, moveItems, refusalOfMoves } from './decide-items.ts'
import { moveOrder, refusalToMove } from './decide-order.ts'
import { changeOf, inMotion, type OrderChange } from './order-change.ts'
import { orderItemMachine, type ProductOrderItemState } from './order-item-states.ts'
import { orderMachine, type ProductOrderState } from './order-states.ts'
import { isLeaf, itemsOf } from './roll-up.ts'

/**
 * Changes an order as a client wants it. Changed attributes go by the table of what may change, changed states are moves: of the items
 * first, then of the order, unless it got there by following them. All or nothing.
 *
 * @param sent the whole order as the client wants it (`mergeOrderPatch` makes it of a merge patch); its structure has been checked
 */
export function decidePatch(order: ProductOrder, sent: unknown, moment: Moment): OrderChange | Refusal {
  if (!isObject(sent)) return refusal('invalidValue', 'an order is an object')
  const wanted = withoutComputed(sent)
  const review = reviewOf(order, wanted)
  const refused = refusalOf(review.objections) ?? refusalOfMoves(order, review.moves)
  if (refused) return refused
  const motion = inMotion(withAttributes(order, wanted), moment)
  moveItems(motion, review.moves)
  const misfit = refusalOfShown(motion.order, review.shown)
  if (misfit) return misfit
  const to = wanted['state'] as ProductOrderState
  if (to !== order.state && to !== motion.order.state) {
    const refusedMove = refusalToMove(motion.order, to)
    if (refusedMove) return refusedMove
    moveOrder(motion, to)
  }
  return changeOf(motion, order)
}

interface Review {
  readonly state: ProductOrderState
  readonly objections: Objection[]
  /** Of leaves. */
  readonly moves: ItemMove[]
  /** What items that hold others are said to become: they follow those. */
  readonly shown: (ItemMove & { readonly pointer: string })[]
}

function reviewOf(order: ProductOrder, wanted: Record<string, unknown>): Review {
  const review: Review = { state: order.state, objections: [], moves: [], shown: [] }
  reviewAttributes(review, order, wanted, changeableOrderAttributes, '')
  if (!Object.hasOwn(orderMachine.transitions, String(wanted['state']))) {
    review.objections.push({ code: 'invalidValue', pointer: '/state', message: 'is no state of an order' })
  }
  reviewItems(review, order.productOrderItem, wanted['productOrderItem'], '/productOrderItem')
  return review
}

function reviewAttributes(
  { state, objections }: Review,
  before: object,
  wanted: Record<string, unknown>,
  table: Readonly<Record<string, Changeable>>,
  pointer: string
): void {
  const current = before as Record<string, unknown>
  for (const name of new Set([...Object.keys(current), ...Object.keys(wanted)])) {
    const when = Object.hasOwn(table, name) ? table[name]! : 'always'
    if (mayChange(when, state) || sameJson(current[name], wanted[name])) continue
    objections.push(
      when === 'never'
        ? { code: 'serverOwned', pointer: `${pointer}/${name}`, message: `${name} is set by the server and cannot be changed` }
        : {
            code: 'notChangeable',
            pointer: `${pointer}/${name}`,
            message: `${name} cannot be changed when the order is ${state}`
          }
    )
  }
}

/** The items must be the same, in any order; what has changed in them is looked into. */
function reviewItems(review: Review, items: readonly ProductOrderItem[], wanted: unknown, pointer: string): void {
  const given: unknown[] = Array.isArray(wanted) ? wanted : []
  const ids = new Set(given.map(item => (isObject(item) ? item['id'] : undefined)))
  if (given.length !== items.length || items.some(({ id }) => !ids.has(id))) {
    review.objections.push({
      code: 'invalidValue',
      pointer,
      message: 'an order keeps its items: the same ids in the same places'
    })
    return
  }
  for (const [index, item] of given.entries()) {
    const before = items.find(({ id }) => isObject(item) && id === item['id'])
    if (before && isObject(item)) reviewItem(review, before, item, `${pointer}/${index}`)
  }
}

function reviewItem(review: Review, before: ProductOrderItem, wanted: Record<string, unknown>, pointer: string): void {
  reviewAttributes(review, before, wanted, changeableItemAttributes, pointer)
  reviewItems(review, before.productOrderItem ?? [], wanted['productOrderItem'] ?? [], `${pointer}/productOrderItem`)
  const to = wanted['state'] ?? before.state
  if (to === before.state) return
  if (!isItemState(to)) {
    review.objections.push({ code: 'invalidValue', pointer: `${pointer}/state`, message: 'is no state of an item' })
  } else if (isLeaf(before)) review.moves.push({ itemId: before.id, to })
  else review.shown.push({ itemId: before.id, to, pointer: `${pointer}/state` })
}

function isItemState(state: unknown): state is ProductOrderItemState {
  return typeof state === 'string' && Object.hasOwn(orderItemMachine.transitions, state)
}

function refusalOfShown(order: ProductOrder, shown: Review['shown']): Refusal | undefined {
  const states = new Map(itemsOf(order.productOrderItem).map(({ id, state }) => [id, state]))
  const misfits = shown.filter(({ itemId, to }) => states.get(itemId) !== to)
  const message = 'an item that holds others shows the states of those: they are moved instead'
  return refusalOf(misfits.map(({ pointer }) => ({ code: 'itemsDisagree', pointer, message })))
}

/** The order with the attributes that are wanted, and with its states as they are. */
function withAttributes(order: ProductOrder, wanted: Record<string, unknown>): ProductOrder {
  const items = withItemAttributes(order.productOrderItem, wanted['productOrderItem'] as readonly ProductOrderItem[])
  const parties = wanted['relatedParty'] ?? []
  const next = { ...wanted, state: order.state, productOrderItem: items, relatedParty: parties } as unknown as ProductOrder
  return sameJson(order, next) ? order : next
}

function withItemAttributes(items: readonly ProductOrderItem[], wanted: readonly ProductOrderItem[]): ProductOrderItem[] {
  return wanted.map(item => {
    const before = items.find(({ id }) => id === item.id)!
    const { stateBeforeCancellation: _given, ...attributes } = item
    return {
      ...attributes,
      state: before.state,
      ...(before.stateBeforeCancellation && { stateBeforeCancellation: before.stateBeforeCancellation }),
      ...(!isLeaf(before) && { productOrderItem: withItemAttributes(before.productOrderItem!, item.productOrderItem!) })
    }
  })
}
