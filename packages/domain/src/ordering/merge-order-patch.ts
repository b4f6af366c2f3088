import { isObject } from '../kernel/json.ts'
import { mergePatch } from '../kernel/merge-patch.ts'

/**
 * JSON Merge Patch for an order, with one difference: its items, and those in them, are merged one by one, by their ids, so that a patch
 * need not repeat what it leaves alone. Whether the ids are the same is up to the decision about the result.
 *
 * @returns a new value; neither argument is changed
 */
export function mergeOrderPatch(order: unknown, patch: unknown): unknown {
  if (!isObject(order) || !isObject(patch) || !Array.isArray(patch['productOrderItem'])) return mergePatch(order, patch)
  const { productOrderItem, ...rest } = patch
  const merged = mergePatch(order, rest) as Record<string, unknown>
  return { ...merged, productOrderItem: mergedItems(order['productOrderItem'], productOrderItem as readonly unknown[]) }
}

function mergedItems(items: unknown, patches: readonly unknown[]): unknown[] {
  const known = Array.isArray(items) ? items.filter(isObject) : []
  return patches.map(patch => {
    const item = isObject(patch) ? known.find(({ id }) => id === patch['id']) : undefined
    return mergeOrderPatch(item, patch)
  })
}
