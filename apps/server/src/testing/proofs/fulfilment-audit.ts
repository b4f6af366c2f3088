import {
  type Fallout,
  type Fulfilment,
  fulfilmentMachine,
  isFinal,
  isFinalOrder,
  latestAttempts,
  leavesOf,
  type ProductOrder
} from '@crm-lite/domain'
import type { Figures } from './figure.ts'
import type { ServiceOrderAtFms } from './fms-process.ts'
import { type FulfilmentBooks, groupedBy } from './fulfilment-books.ts'
import type { OrderBook } from './order-client.ts'

const isOpen = ({ status }: Fallout) => status !== 'resolved'

/** When nothing more happens by itself: what isn't done is in sight, and what is done is so at the FMS too. */
export function auditRest(figures: Figures, books: FulfilmentBooks, atFms: readonly ServiceOrderAtFms[]): void {
  const open = books.fallouts.filter(isOpen)
  const openByOrder = groupedBy(open, ({ productOrder }) => productOrder.id)
  const unseen = books.orders.filter(({ id, state }) => !isFinalOrder(state) && !openByOrder.has(id))
  figures.exactly('orders neither done nor with an open fallout record', unseen.length, 0)
  const fallen = new Map(open.map(({ id, fulfilment }) => [fulfilment.id, id]))
  const astray = books.fulfilments.filter(record => !isAtRest(record, fallen))
  figures.exactly('attempts neither done nor in an open fallout record', astray.length, 0)
  compareWithFms(figures, books, atFms)
}

function isAtRest(record: Fulfilment, fallen: ReadonlyMap<string, string>): boolean {
  if (record.state === 'fallout') return fallen.get(record.id) === record.fallout?.id
  return (record.state === 'cancelled' || isFinal(fulfilmentMachine, record.state)) && !fallen.has(record.id)
}

function compareWithFms(figures: Figures, { fulfilments }: FulfilmentBooks, atFms: readonly ServiceOrderAtFms[]): void {
  const counts = groupedBy(atFms, ({ externalId }) => externalId)
  const duplicates = [...counts.values()].filter(({ length }) => length > 1).length
  figures.exactly('service orders with the same externalId', duplicates, 0)
  const ours = new Map(fulfilments.map(record => [record.id, record]))
  figures.exactly('service orders that we do not know of', atFms.filter(({ externalId }) => !ours.has(externalId)).length, 0)
  const differing = atFms.filter(({ externalId, id, state }) => {
    const record = ours.get(externalId)
    if (!record || record.state === 'fallout' || record.state === 'superseded') return false
    return !agrees(record, { id, state })
  })
  figures.exactly('service orders that have ended otherwise at the FMS', differing.length, 0)
}

/** What was completed by hand, or left out, need not be so at the FMS. */
function agrees({ state, serviceOrder, fallout }: Fulfilment, atFms: Pick<ServiceOrderAtFms, 'id' | 'state'>): boolean {
  if (state === 'completed') return fallout !== undefined || (serviceOrder?.id === atFms.id && atFms.state === 'completed')
  return state !== 'cancelled' || atFms.state !== 'completed' || fallout !== undefined
}

/** When all fallout is resolved: every order is done, and the inventory holds what came of it. */
export function auditEnd(figures: Figures, books: FulfilmentBooks, book: OrderBook): void {
  figures.exactly('fallout records that are not resolved', books.fallouts.filter(isOpen).length, 0)
  figures.exactly('orders that are not done', books.orders.filter(({ state }) => !isFinalOrder(state)).length, 0)
  figures.exactly('orders lost', [...book.orders.keys()].filter(id => !books.orders.some(order => order.id === id)).length, 0)
  auditProducts(figures, books, book)
}

function auditProducts(figures: Figures, books: FulfilmentBooks, book: OrderBook): void {
  const { orders, products } = books
  const active = groupedBy(
    products.filter(({ status }) => status === 'active'),
    ({ productOrderItem = [] }) => productOrderItem.map(each => `${each.productOrderId}:${each.orderItemId}`).join()
  )
  const wanted = new Set(orders.flatMap(order => itemsWithProduct(order, books, book)))
  const doubled = [...active.values()].filter(({ length }) => length > 1).length
  figures.exactly('items with more than one product', doubled, 0)
  figures.exactly('items done without their product', [...wanted].filter(key => !active.has(key)).length, 0)
  figures.exactly('products of items that are not done', [...active.keys()].filter(key => !wanted.has(key)).length, 0)
  figures.seen('products', wanted.size)
}

/** Those that are completed, unless somebody has decided to do without, or what was done was undone with the whole order. */
function itemsWithProduct(order: ProductOrder, { fulfilments, fallouts }: FulfilmentBooks, book: OrderBook): string[] {
  const ordered = new Map(book.orders.get(order.id)?.map(item => [item.id, item]))
  const attempts = latestAttempts(fulfilments.filter(({ productOrder }) => productOrder.id === order.id))
  const byItem = new Map(attempts.map(attempt => [attempt.item.id, attempt]))
  const skipped = new Set(fallouts.filter(({ resolution }) => resolution === 'skip').map(({ fulfilment }) => fulfilment.id))
  return leavesOf(order.productOrderItem)
    .filter(({ id, state }) => {
      const attempt = byItem.get(id)
      if (state !== 'completed' || !ordered.get(id)?.isProvisioned) return false
      if (attempt?.purpose === 'compensate') return skipped.has(attempt.id)
      return !attempt || !skipped.has(attempt.id)
    })
    .map(({ id }) => `${order.id}:${id}`)
}
