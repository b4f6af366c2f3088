import type { Random } from '../../seed/random.ts'
import { sendUntilAnswered } from './persistent-request.ts'

const PATH = '/tmf-api/productOrderingManagement/v4'
const CANCELLED_IN_A_HUNDRED = 8
const NOTHING_TO_PROVISION_IN_A_HUNDRED = 5

/** What was ordered: by the ids of orders, which of their items a product is to come of. */
export interface OrderBook {
  readonly orders: Map<string, readonly OrderedItem[]>
  /** How often requests had to be sent again, because the server was gone before it answered. */
  repeated: number
  /** Answers that nobody should get. */
  readonly wrong: string[]
  cancellations: number
}

export interface OrderedItem {
  readonly id: string
  readonly isProvisioned: boolean
}

export const newOrderBook = (): OrderBook => ({ orders: new Map(), repeated: 0, wrong: [], cancellations: 0 })

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
    const items = Array.from({ length: random.between(1, 5) }, (_, index) => anItem(String(index + 1), random))
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
  const item = {
    id,
    action: 'add',
    productOffering: { id: `fibre-${speed}`, name: `Fibre ${speed}` },
    product: { name: 'Fibre', productCharacteristic: [{ name: 'speed', value: speed }] }
  }
  return { id, isProvisioned: true, item }
}
