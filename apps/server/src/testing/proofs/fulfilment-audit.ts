import {
  type Fallout,
  type Fulfilment,
  fulfilmentMachine,
  isFinal,
  isFinalOrder,
  latestAttempts,
  leavesOf,
  type Product,
  type ProductOrder
} from '@crm-lite/domain'
import type { Figures } from './figure.ts'
import type { ServiceAtFms, ServiceOrderAtFms } from './fms-process.ts'
import { type FulfilmentBooks, groupedBy } from './fulfilment-books.ts'
import type { OrderBook, OrderedItem } from './order-client.ts'

const isOpen = ({ status }: Fallout) => status !== 'resolved'

/** When nothing more happens by itself: what isn't done is in sight, and what is done is so at the FMS too. */
export function auditRest(figures: Figures, when: string, books: FulfilmentBooks, atFms: readonly ServiceOrderAtFms[]): void {
  const open = books.fallouts.filter(isOpen)
  const openByOrder = groupedBy(open, ({ productOrder }) => productOrder.id)
  const unseen = books.orders.filter(({ id, state }) => !isFinalOrder(state) && !openByOrder.has(id))
  figures.none(`${when}: orders neither done nor with an open fallout record`, unseen)
  const fallen = new Map(open.map(({ id, fulfilment }) => [fulfilment.id, id]))
  const astray = books.fulfilments.filter(record => !isAtRest(record, fallen))
  figures.none(`${when}: attempts neither done nor in an open fallout record`, astray)
  compareWithFms(figures, when, books, atFms)
}

function isAtRest(record: Fulfilment, fallen: ReadonlyMap<string, string>): boolean {
  if (record.state === 'fallout') return fallen.get(record.id) === record.fallout?.id
  return (record.state === 'cancelled' || isFinal(fulfilmentMachine, record.state)) && !fallen.has(record.id)
}

/** What somebody has decided to do by hand, or not at all, need not be so at the FMS. */
function compareWithFms(
  figures: Figures,
  when: string,
  { fulfilments, fallouts }: FulfilmentBooks,
  atFms: readonly ServiceOrderAtFms[]
): void {
  const settledByHand = new Set(
    fallouts.filter(({ resolution }) => byHand.has(resolution)).map(({ fulfilment }) => fulfilment.id)
  )
  const counts = groupedBy(atFms, ({ externalId }) => externalId)
  figures.none(
    `${when}: service orders with the same externalId`,
    [...counts.values()].filter(({ length }) => length > 1)
  )
  const ours = new Map(fulfilments.map(record => [record.id, record]))
  figures.none(
    `${when}: service orders that we do not know of`,
    atFms.filter(({ externalId }) => !ours.has(externalId))
  )
  const pairs = atFms.flatMap(({ externalId, id, state }) => {
    const record = ours.get(externalId)
    const isCompared = record && !['fallout', 'superseded'].includes(record.state) && !settledByHand.has(record.id)
    return isCompared ? [{ record, atFms: { id, state } }] : []
  })
  figures.none(
    `${when}: service orders that have ended otherwise at the FMS`,
    pairs.filter(pair => !agrees(pair.record, pair.atFms))
  )
}

function agrees({ state, serviceOrder }: Fulfilment, atFms: Pick<ServiceOrderAtFms, 'id' | 'state'>): boolean {
  if (state === 'completed') return serviceOrder?.id === atFms.id && atFms.state === 'completed'
  return state !== 'cancelled' || atFms.state !== 'completed'
}

const byHand: ReadonlySet<string | undefined> = new Set(['skip', 'completeByHand', 'compensate'])

/** When all fallout is resolved: every order is done, and the inventory holds what came of it. */
export function auditEnd(figures: Figures, books: FulfilmentBooks, book: OrderBook): void {
  figures.none('fallout records that are not resolved', books.fallouts.filter(isOpen))
  figures.none(
    'orders that are not done',
    books.orders.filter(({ state }) => !isFinalOrder(state))
  )
  const stored = new Set(books.orders.map(({ id }) => id))
  figures.none(
    'orders that were acknowledged and are not there',
    [...book.orders.keys()].filter(id => !stored.has(id))
  )
  auditProducts(figures, books, book)
}

function auditProducts(figures: Figures, books: FulfilmentBooks, book: OrderBook): void {
  const { orders, products } = books
  // What was to be removed is looked at by itself.
  const kept = products.filter(product => refsOf(product, 'delete').length === 0)
  const active = groupedBy(
    kept.filter(({ status }) => status === 'active'),
    product => refsOf(product, 'add').join()
  )
  const removed = new Set(products.filter(product => !kept.includes(product)).flatMap(product => refsOf(product, 'add')))
  const latest = groupedBy(books.fulfilments, ({ productOrder }) => productOrder.id)
  const skipped = new Set(books.fallouts.filter(({ resolution }) => resolution === 'skip').map(({ fulfilment }) => fulfilment.id))
  const done = orders.flatMap(order =>
    itemsWithProduct(order, { ordered: book.orders.get(order.id) ?? [], attempts: latest.get(order.id) ?? [], skipped })
  )
  const wanted = new Set(done.filter(key => !removed.has(key)))
  figures.none(
    'items with more than one product',
    [...active.values()].filter(({ length }) => length > 1)
  )
  figures.none(
    'items done without their product',
    [...wanted].filter(key => !active.has(key)).map(key => ({ key, ...whatIsKnownOf(books, key) }))
  )
  figures.none(
    'products of items that are not done',
    [...active.keys()].filter(key => !wanted.has(key)).map(key => ({ key, ...whatIsKnownOf(books, key) }))
  )
  figures.none('products that are removed and still active', stillActive(books, book))
  figures.seen('products', wanted.size)
  figures.seen('products changed', products.filter(product => refsOf(product, 'modify').length > 0).length)
  figures.seen('products removed', removed.size)
}

/** By order and item. */
function refsOf({ productOrderItem = [] }: Product, action: 'add' | 'modify' | 'delete'): string[] {
  return productOrderItem
    .filter(({ orderItemAction }) => orderItemAction === action)
    .map(({ productOrderId, orderItemId }) => `${productOrderId}:${orderItemId}`)
}

/** Of those of which the removal is completed, and was not undone. */
function stillActive({ orders, products, fulfilments }: FulfilmentBooks, book: OrderBook): Product[] {
  const states = new Map(
    orders.flatMap(order => leavesOf(order.productOrderItem).map(item => [`${order.id}:${item.id}`, item.state]))
  )
  const undone = new Set(fulfilments.filter(({ purpose }) => purpose === 'compensate').map(keyOf))
  const isGone = (key: string) => states.get(key) === 'completed' && !undone.has(key)
  return products.filter(
    product => book.takenProducts.has(product.id) && product.status !== 'terminated' && refsOf(product, 'delete').some(isGone)
  )
}

function keyOf({ productOrder, item }: Pick<Fulfilment, 'productOrder' | 'item'>): string {
  return `${productOrder.id}:${item.id}`
}

/**
 * The FMS has no service that nobody has, and nobody has one that isn't there; but where somebody has decided to leave it at that, or has done
 * it by hand.
 */
export function auditServices(
  figures: Figures,
  books: FulfilmentBooks,
  atFms: readonly ServiceOrderAtFms[],
  services: readonly ServiceAtFms[]
): void {
  const { orders, products } = books
  const byHand = settledByHand(books)
  const isByHand = (product: Product) => [...refsOf(product, 'add'), ...itemsAbout(product, orders)].some(key => byHand.has(key))
  const productOf = new Map(products.flatMap(product => (product.realizingService ?? []).map(({ id }) => [id, product] as const)))
  const madeFor = itemsOfServices(books, atFms)
  const active = new Set(services.flatMap(({ id, state }) => (state === 'active' ? id : [])))
  const unused = [...active].filter(id => {
    const product = productOf.get(id)
    return product ? product.status !== 'active' && !isByHand(product) : !byHand.has(madeFor.get(id) ?? '')
  })
  figures.none(
    'services at the FMS that nobody has',
    unused.map(id => ({ id, ...whatIsKnownOf(books, madeFor.get(id) ?? '') }))
  )
  figures.none(
    'services of products that are not at the FMS',
    [...productOf]
      .filter(([id, product]) => product.status === 'active' && !active.has(id) && !isByHand(product))
      .map(([id, product]) => ({ id, product, orders: itemsAbout(product, orders).map(key => whatIsKnownOf(books, key)) }))
  )
  figures.seen('services', active.size)
}

/** By order and item. */
function itemsAbout({ id }: Product, orders: readonly ProductOrder[]): string[] {
  return orders.flatMap(order =>
    leavesOf(order.productOrderItem).flatMap(({ id: item, product }) => (product?.id === id ? `${order.id}:${item}` : []))
  )
}

/** Items by whose fallout somebody has left things as they were, or has done them without us. */
function settledByHand({ fallouts }: FulfilmentBooks): ReadonlySet<string> {
  const settled = fallouts.filter(({ resolution }) => resolution === 'skip' || resolution === 'completeByHand')
  return new Set(settled.map(keyOf))
}

/** For which item each service was made, by its id. */
function itemsOfServices({ fulfilments }: FulfilmentBooks, atFms: readonly ServiceOrderAtFms[]): ReadonlyMap<string, string> {
  const ours = new Map(fulfilments.map(record => [record.id, keyOf(record)]))
  const added = atFms.flatMap(({ externalId, serviceOrderItem }) =>
    serviceOrderItem.flatMap(({ service, action }) =>
      action === 'add' && service?.id !== undefined ? [[service.id, ours.get(externalId) ?? ''] as const] : []
    )
  )
  return new Map(added)
}

/** By order and item. */
function whatIsKnownOf({ orders, fulfilments, fallouts }: FulfilmentBooks, key: string): object {
  const [orderId, itemId] = key.split(':')
  const attempts = fulfilments.filter(({ productOrder, item }) => productOrder.id === orderId && item.id === itemId)
  return {
    order: orders.filter(({ id }) => id === orderId),
    attempts,
    fallouts: fallouts.filter(({ fulfilment }) => attempts.some(({ id }) => id === fulfilment.id))
  }
}

interface Done {
  readonly ordered: readonly OrderedItem[]
  readonly attempts: readonly Fulfilment[]
  /** Ids of the attempts that somebody has decided to do without. */
  readonly skipped: ReadonlySet<string>
}

/**
 * Those that are completed, unless somebody has decided to do without, or what was done was undone with the whole order. What somebody has
 * decided to leave undone is still there, also where the item was done just as its order was cancelled.
 */
function itemsWithProduct(order: ProductOrder, { ordered, attempts, skipped }: Done): string[] {
  const latest = new Map(latestAttempts(attempts).map(attempt => [attempt.item.id, attempt]))
  const isProvisioned = new Map(ordered.map(item => [item.id, item.isProvisioned && item.product === undefined]))
  return leavesOf(order.productOrderItem)
    .filter(({ id, state }) => {
      const attempt = latest.get(id)
      if (!isProvisioned.get(id)) return false
      const isSkipped = attempt !== undefined && skipped.has(attempt.id)
      if (attempt?.purpose === 'compensate') return isSkipped && (state === 'completed' || attempt.product !== undefined)
      return state === 'completed' && !isSkipped
    })
    .map(({ id }) => `${order.id}:${id}`)
}
