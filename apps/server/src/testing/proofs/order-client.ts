import type { Random } from '../../seed/random.ts'
import { sendUntilAnswered } from './persistent-request.ts'

const PATH = '/tmf-api/productOrderingManagement/v4'
const CANCELLED_IN_A_HUNDRED = 8
const NOTHING_TO_PROVISION_IN_A_HUNDRED = 5
const SEVERAL_SERVICES_IN_A_HUNDRED = 25
const OF_WHAT_THERE_IS_IN_A_HUNDRED = 12
const PRODUCTS = '/tmf-api/productInventory/v4/product'
/** By a rule it is two services, one of which has a device: see {@link bundleRule}. */
const BUNDLE = 'fibre-and-router'

/** Parts that can fail by themselves, and a device that can be missing. */
export const bundleRule = {
  key: BUNDLE,
  name: 'Fibre and a router',
  match: { productOfferingId: [BUNDLE], action: ['add'] },
  serviceOrderItem: [
    { key: 'line', serviceSpecification: { id: 'line' } },
    {
      key: 'router',
      serviceSpecification: { id: 'router' },
      requires: ['line'],
      supportingResource: [{ model: { value: 'HomeBox 7' } }]
    }
  ]
}

/** What was ordered: by the ids of orders, which of their items a product is to come of. */
export interface OrderBook {
  readonly orders: Map<string, readonly OrderedItem[]>
  /** Products that something was ordered for: no two orders are about the same one. */
  readonly takenProducts: Set<string>
  /** How often requests had to be sent again, because the server was gone before it answered. */
  repeated: number
  /** Answers that nobody should get. */
  readonly wrong: string[]
  cancellations: number
}

export interface OrderedItem {
  readonly id: string
  readonly isProvisioned: boolean
  /** The product that is to be changed or removed. */
  readonly product?: string
}

export const newOrderBook = (): OrderBook => ({
  orders: new Map(),
  takenProducts: new Set(),
  repeated: 0,
  wrong: [],
  cancellations: 0
})

export interface OrderClientOptions {
  readonly name: string
  /** Where the server is now; it may be another one a moment later. */
  readonly url: () => string
  readonly random: Random
  readonly book: OrderBook
  readonly orders: number
}

/** Places orders one after the other, and has some of them cancelled. */
export async function placeOrders({ name, url, random, book, orders }: OrderClientOptions): Promise<void> {
  const send = (path: string, body: object, idempotencyKey: string) =>
    sendUntilAnswered({
      method: 'POST',
      url: () => `${url()}${PATH}${path}`,
      body,
      idempotencyKey,
      onRepeat: () => {
        book.repeated += 1
      }
    })
  for (let count = 0; count < orders; count++) {
    const items: ReturnType<typeof anItem>[] = []
    for (let id = random.between(1, 5); id > 0; id--) {
      const product = random.chance(OF_WHAT_THERE_IS_IN_A_HUNDRED / 100) ? await takeProduct(url(), book) : undefined
      items.push(product === undefined ? anItem(String(id), random) : anItemAbout(product, String(id), random))
    }
    const placed = await send(
      '/productOrder',
      { category: 'b2c', productOrderItem: items.map(({ item }) => item) },
      `${name}-${count}`
    )
    const { id } = (await placed.json()) as { id: string }
    if (placed.status !== 201) book.wrong.push(`POST productOrder: ${placed.status}`)
    book.orders.set(id, items)
    if (!random.chance(CANCELLED_IN_A_HUNDRED / 100)) continue
    const task = { cancellationReason: 'Changed my mind', productOrder: { id } }
    const cancelled = await send('/cancelProductOrder', task, `${name}-${count}-cancel`)
    await cancelled.arrayBuffer()
    book.cancellations += 1
    // Too late is an answer too.
    if (cancelled.status !== 201 && cancelled.status !== 409) book.wrong.push(`POST cancelProductOrder: ${cancelled.status}`)
  }
}

function anItem(id: string, random: Random): OrderedItem & { readonly item: object } {
  if (random.chance(NOTHING_TO_PROVISION_IN_A_HUNDRED / 100)) return { id, isProvisioned: false, item: { id, action: 'add' } }
  const speed = random.pick(['100', '500', '1000'])
  const productOffering = random.chance(SEVERAL_SERVICES_IN_A_HUNDRED / 100)
    ? { id: BUNDLE, name: 'Fibre and a router' }
    : { id: `fibre-${speed}`, name: `Fibre ${speed}` }
  const product = { name: 'Fibre', productCharacteristic: [{ name: 'speed', value: speed }] }
  return { id, isProvisioned: true, item: { id, action: 'add', productOffering, product } }
}

function anItemAbout(product: string, id: string, random: Random): OrderedItem & { readonly item: object } {
  const changed = { id: product, productCharacteristic: [{ name: 'speed', value: random.pick(['100', '500', '1000']) }] }
  const item = random.chance(0.5)
    ? { id, action: 'modify', product: changed }
    : { id, action: 'delete', product: { id: product } }
  return { id, isProvisioned: true, product, item }
}

/** One that is in the inventory and nobody has ordered anything for; none while the server is gone. */
async function takeProduct(url: string, { takenProducts }: OrderBook): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}${PRODUCTS}?status=active&fields=id&limit=20&sort=-startDate`)
    const products = response.ok ? ((await response.json()) as { id: string }[]) : []
    const free = products.find(({ id }) => !takenProducts.has(id))
    if (free) takenProducts.add(free.id)
    return free?.id
  } catch {
    return undefined
  }
}
