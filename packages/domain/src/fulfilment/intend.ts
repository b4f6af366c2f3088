import { changeOf, inMotion, type OrderChange } from '../ordering/order-change.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type { Product } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { type Decomposition, decomposeItem } from './decompose.ts'
import { externalIdOf } from './external-id.ts'
import type { Fallout } from './fallout.ts'
import { type Fulfilment, fulfilmentDefinition } from './fulfilment.ts'
import { type FulfilmentContext, fallOut, moveItem, setOut } from './fulfilment-change.ts'
import { NO_RESULT, type ProductChange, productFor } from './product-change.ts'
import type { ProvisioningRule } from './provisioning-rule.ts'

/** What service orders are made of. */
export interface Ingredients {
  /** All that are active. */
  readonly rules: readonly ProvisioningRule[]
  /** What the customer has, by the id of the product; absent: nothing is known about it. */
  readonly productOf?: (id: string) => Product | undefined
}

/** What an order that was accepted has to have done: to be stored with its acceptance. */
export interface Intention {
  readonly order: OrderChange
  readonly records: readonly Fulfilment[]
  readonly fallouts: readonly Fallout[]
  readonly products: readonly ProductChange[]
}

/**
 * Decides what is to be done for the items of an order that is in progress. What needs no FMS is completed at once; where a rule cannot be
 * applied, somebody has to decide.
 *
 * @param known what was intended before: for these items nothing is intended again
 */
export function intendFulfilment(
  order: ProductOrder,
  ingredients: Ingredients,
  context: FulfilmentContext,
  known: readonly Fulfilment[] = []
): Intention {
  const done = new Set(known.map(({ item }) => item.id))
  const motion = inMotion(order, context.moment)
  const records: Fulfilment[] = []
  const fallouts: Fallout[] = []
  const products: ProductChange[] = []
  for (const item of leavesOf(order.productOrderItem)) {
    if (item.state !== 'inProgress' || done.has(item.id)) continue
    const decomposition = decomposed(order, item, ingredients, 1)
    if (decomposition.kind === 'nothing') {
      const product = decomposition.isProduct ? productOfNothing(order, item, context) : undefined
      if (product) products.push(product)
      if (product?.kind === 'create') {
        records.push(withoutFms(newRecord(order, item, { attempt: 1, decomposition }, context), product.product))
      }
      moveItem(motion, item.id, 'completed')
      continue
    }
    const record = newRecord(order, item, { attempt: 1, decomposition }, context)
    if (decomposition.kind === 'request') {
      records.push(record)
      continue
    }
    const fallen = { ...setOut(record, order, context), order: motion }
    fallOutOfDecomposition(fallen, decomposition)
    records.push(fallen.record)
    if (fallen.fallout) fallouts.push(fallen.fallout)
    moveItem(motion, item.id, 'held')
  }
  return { order: changeOf(motion, order), records, fallouts, products }
}

/** By it the product that has come of an item without the FMS is found, should it have to be undone. */
function withoutFms({ nextAt: _never, ...record }: Fulfilment, { id }: Product): Fulfilment {
  return { ...record, state: 'completed', product: { id } }
}

export function decomposed(
  order: ProductOrder,
  item: ProductOrderItem,
  { rules, productOf }: Ingredients,
  attempt: number
): Decomposition {
  const product = item.product?.id === undefined ? undefined : productOf?.(item.product.id)
  return decomposeItem({ order, item, rules, product, attempt })
}

/** A record of something that is to be sent now. */
export function newRecord(
  order: ProductOrder,
  item: Pick<ProductOrderItem, 'id'>,
  about: {
    readonly attempt: number
    readonly purpose?: Fulfilment['purpose']
    readonly decomposition: Pick<Decomposition, 'rule' | 'stateMap'> & { readonly request?: Fulfilment['request'] }
  },
  { moment }: FulfilmentContext
): Fulfilment {
  const { attempt, purpose = 'provision', decomposition } = about
  const { rule, stateMap, request } = decomposition
  const externalId = externalIdOf(order.id, item.id, attempt)
  const now = moment.now.toISOString()
  return {
    id: externalId,
    '@type': fulfilmentDefinition.type,
    productOrder: { id: order.id },
    item: { id: item.id },
    attempt,
    purpose,
    state: 'intended',
    request: { ...(request ?? { items: [] }), externalId },
    ...(rule && { rule }),
    ...(stateMap && { stateMap }),
    tries: 0,
    failures: 0,
    puzzles: 0,
    nextAt: now,
    newsAt: now,
    createdAt: now,
    lastUpdate: now
  }
}

export function fallOutOfDecomposition(
  motion: Parameters<typeof fallOut>[0],
  { problems, rule }: Decomposition & { kind: 'impossible' }
): void {
  const of = rule ? `rule ${rule.key} version ${rule.version}` : 'the default rule'
  const message = problems.map(({ pointer, message: text }) => `${pointer === '' ? '' : `${pointer} `}${text}`).join('; ')
  fallOut(motion, { kind: 'notDecomposable', step: 'decompose', message: `${of}: ${message}`.slice(0, 1_000) })
}

function productOfNothing(order: ProductOrder, item: ProductOrderItem, context: FulfilmentContext): ProductChange | undefined {
  const result = { ...NO_RESULT, date: context.moment.now.toISOString() }
  return productFor({ order, item, result, nextId: context.nextId })
}
