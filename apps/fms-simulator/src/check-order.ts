import { type Static, Type } from '@sinclair/typebox'
import { checker, Mistake } from './checker.ts'
import { predecessors } from './life.ts'
import { allItems, type ServiceOrder, type ServiceOrderItem } from './service-order.ts'

const text = Type.String({ minLength: 1, maxLength: 500 })
const reference = Type.Object({ id: Type.Optional(text), itemId: Type.Optional(text) })

const itemSchema = Type.Recursive(self =>
  Type.Object({
    id: text,
    action: Type.Union([Type.Literal('add'), Type.Literal('modify'), Type.Literal('delete'), Type.Literal('noChange')]),
    service: Type.Object({
      id: Type.Optional(text),
      name: Type.Optional(Type.String()),
      serviceSpecification: Type.Optional(Type.Object({ id: text, name: Type.Optional(Type.String()) })),
      serviceCharacteristic: Type.Optional(Type.Array(Type.Object({ name: text, value: Type.Unknown() }))),
      supportingResource: Type.Optional(
        Type.Array(
          Type.Object({
            id: Type.Optional(Type.String()),
            name: Type.Optional(Type.String()),
            model: Type.Optional(text),
            serialNumber: Type.Optional(text)
          })
        )
      )
    }),
    serviceOrderItem: Type.Optional(Type.Array(self)),
    serviceOrderItemRelationship: Type.Optional(
      Type.Array(Type.Object({ relationshipType: Type.Optional(Type.String()), orderItem: Type.Optional(reference) }))
    )
  })
)

const dateTime = Type.Optional(Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d' }))

/** What of a service order is read here; everything else is kept as it came. */
const orderSchema = Type.Object({
  externalId: Type.Optional(text),
  description: Type.Optional(Type.String()),
  category: Type.Optional(Type.String()),
  priority: Type.Optional(Type.String()),
  requestedStartDate: dateTime,
  requestedCompletionDate: dateTime,
  serviceOrderItem: Type.Array(itemSchema, { minItems: 1, maxItems: 1_000 })
})

const checkShape = checker(orderSchema)

/** What the server says, and nobody else. */
const OURS = [
  'id',
  'href',
  'state',
  'orderDate',
  'startDate',
  'completionDate',
  'errorMessage',
  'jeopardyAlert',
  'milestone'
] as const

/**
 * A service order that was sent, as it is kept first.
 *
 * @throws {Mistake} when it lacks what TMF641 requires, or its items refer to one another wrongly
 */
export function takeOrder(body: unknown, id: string, orderDate: string): ServiceOrder {
  const sent = checkShape(body)
  const own = new Set<string>(OURS)
  const rest = Object.fromEntries(Object.entries(sent).filter(([name]) => !own.has(name)))
  const serviceOrderItem = sent.serviceOrderItem.map(acknowledged)
  checkReferences(serviceOrderItem)
  return { '@type': 'ServiceOrder', ...rest, id, state: 'acknowledged', orderDate, serviceOrderItem }
}

type SentItem = Static<typeof itemSchema>

function acknowledged(item: SentItem): ServiceOrderItem {
  const { serviceOrderItem, ...rest } = item
  return { ...rest, state: 'acknowledged', ...(serviceOrderItem && { serviceOrderItem: serviceOrderItem.map(acknowledged) }) }
}

function checkReferences(items: readonly ServiceOrderItem[]): void {
  const all = allItems(items)
  const before = new Map(all.map(item => [item.id, predecessors(item)]))
  if (before.size < all.length) throw new Mistake('/serviceOrderItem: two items have the same id')
  const unknown = [...before.values()].flat().find(id => !before.has(id))
  if (unknown !== undefined) throw new Mistake('/serviceOrderItem: an item depends on one that is not in the order')
  const done = new Set<string>()
  for (;;) {
    const ready = all.filter(({ id }) => !done.has(id) && (before.get(id) ?? []).every(each => done.has(each)))
    if (ready.length === 0) break
    for (const { id } of ready) done.add(id)
  }
  if (done.size < all.length) throw new Mistake('/serviceOrderItem: items depend on one another in a circle')
}
