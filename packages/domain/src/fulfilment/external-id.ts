import { digestOf } from './digest.ts'

/** Longer ids of items are cut, and told apart by a digest: external ids are keys, and parts of addresses. */
const MAX_ITEM_ID_LENGTH = 100

/** What the FMS knows a service order by: one for each item and attempt. It is the id of the fulfilment too. */
export function externalIdOf(orderId: string, itemId: string, attempt: number): string {
  const short = itemId.length > MAX_ITEM_ID_LENGTH ? `${beginningOf(itemId)}~${digestOf(itemId)}` : itemId
  return `${orderId}:${short}:${attempt}`
}

/** By characters: half of one is no text that a database would keep. */
function beginningOf(itemId: string): string {
  return [...itemId].slice(0, MAX_ITEM_ID_LENGTH).join('')
}
