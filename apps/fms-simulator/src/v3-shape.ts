/** The older shape of service orders: `orderItem` for `serviceOrderItem`, relationships named otherwise, and nothing of what v4.1 added. */

type Json = Readonly<Record<string, unknown>>

const NEWER = ['milestone', 'jeopardyAlert', 'errorMessage']

/** A service order of v4.1 as v3 shows it. */
export function asV3(order: unknown): unknown {
  if (!isObject(order)) return order
  const { serviceOrderItem, href, ...rest } = without(order, NEWER)
  const moved = typeof href === 'string' ? { href: href.replace('/serviceOrdering/v4/', '/serviceOrdering/v3/') } : {}
  return { ...rest, ...moved, ...(Array.isArray(serviceOrderItem) && { orderItem: serviceOrderItem.map(itemAsV3) }) }
}

function itemAsV3(item: unknown): unknown {
  if (!isObject(item)) return item
  const { serviceOrderItem, serviceOrderItemRelationship, ...rest } = without(item, NEWER)
  return {
    ...rest,
    ...(Array.isArray(serviceOrderItem) && { orderItem: serviceOrderItem.map(itemAsV3) }),
    ...(Array.isArray(serviceOrderItemRelationship) && {
      orderItemRelationship: serviceOrderItemRelationship.map(relationshipAsV3)
    })
  }
}

function relationshipAsV3(relationship: unknown): unknown {
  if (!isObject(relationship)) return relationship
  const { relationshipType, orderItem } = relationship
  return { type: relationshipType, id: isObject(orderItem) ? (orderItem['itemId'] ?? orderItem['id']) : undefined }
}

/** What was sent to v3 as v4.1 would have it. */
export function fromV3(order: unknown): unknown {
  if (!isObject(order)) return order
  const { orderItem, serviceOrderItem: _, ...rest } = order
  return { ...rest, ...(Array.isArray(orderItem) && { serviceOrderItem: orderItem.map(itemFromV3) }) }
}

function itemFromV3(item: unknown): unknown {
  if (!isObject(item)) return item
  const { orderItem, orderItemRelationship, serviceOrderItem: _, serviceOrderItemRelationship: __, ...rest } = item
  return {
    ...rest,
    ...(Array.isArray(orderItem) && { serviceOrderItem: orderItem.map(itemFromV3) }),
    ...(Array.isArray(orderItemRelationship) && { serviceOrderItemRelationship: orderItemRelationship.map(relationshipFromV3) })
  }
}

function relationshipFromV3(relationship: unknown): unknown {
  if (!isObject(relationship)) return relationship
  const { type, relationshipType, id, orderItem } = relationship
  return { relationshipType: relationshipType ?? type, orderItem: orderItem ?? { itemId: id } }
}

function without(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
