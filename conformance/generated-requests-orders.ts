import type { AttributeNode, AttributeTree, ResourceBinding } from '@crm-lite/adapters-http'
import { changeableOrderAttributes, sameJson } from '@crm-lite/domain'
import type { Resource } from './generated-requests-story.ts'

const DEPTH = 3

/** As lists are asked about orders and products: products hold products, so that the whole tree of attributes has no end. */
export function withFiniteAttributes(binding: ResourceBinding): ResourceBinding {
  return { ...binding, attributes: finite(binding.attributes, DEPTH) }
}

function finite(tree: AttributeTree, depth: number): AttributeTree {
  const nodes = Object.entries(tree).filter(([, { attributes }]) => !attributes || depth > 1)
  const shortened = ([name, { attributes, ...node }]: [string, AttributeNode]) =>
    [name, { ...node, ...(attributes && { attributes: finite(attributes, depth - 1) }) }] as const
  return Object.assign(Object.create(null), Object.fromEntries(nodes.map(shortened))) as AttributeTree
}

/** What no schema says: an order has items, and each has an id of its own. */
export function possibleOrder(body: Resource): Resource {
  const items = (body['productOrderItem'] as Resource[] | undefined) ?? []
  let last = 0
  const numbered = (item: Resource): Resource => ({
    ...item,
    id: `${item['id']}-${++last}`,
    ...(Array.isArray(item['productOrderItem']) && { productOrderItem: few(item['productOrderItem']).map(numbered) })
  })
  const some = items.length > 0 ? items : [{ id: 'only', action: 'add' }]
  return { ...body, productOrderItem: few(some).map(numbered) }
}

/** Large orders show nothing that small ones don't, and take their time. */
function few(items: readonly Resource[]): readonly Resource[] {
  return items.slice(0, 2)
}

/** What an order must be answered as: as it was sent, with what only the server knows as it was answered. */
export function expectedOrder(sent: Resource, answered: Resource): Resource {
  const { productOrderItem, ...rest } = sent
  const kept = Object.entries(rest).filter(([name]) => changeableOrderAttributes[name] !== 'never' && name !== 'state')
  const own = Object.entries(answered).filter(([name]) => isServerSet(name))
  const items = expectedItems(productOrderItem, answered['productOrderItem'])
  return { relatedParty: [], ...Object.fromEntries(kept), ...Object.fromEntries(own), productOrderItem: items }
}

function isServerSet(name: string): boolean {
  return name === 'state' || (name !== 'id' && changeableOrderAttributes[name] === 'never')
}

/** Each acknowledged, and otherwise as it was sent. */
function expectedItems(sent: unknown, answered: unknown): unknown {
  if (!Array.isArray(sent) || !Array.isArray(answered)) return sent
  return sent.map((item: Resource, index) => {
    const { state: _state, stateBeforeCancellation: _before, ...rest } = item
    const inside = item['productOrderItem']
    const expected = {
      ...rest,
      state: 'acknowledged',
      ...(inside !== undefined && {
        productOrderItem: expectedItems(inside, (answered[index] as Resource | undefined)?.['productOrderItem'])
      })
    }
    return sameJson(expected, answered[index]) ? answered[index] : expected
  })
}
