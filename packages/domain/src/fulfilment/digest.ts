/**
 * A short text that is the same for the same text, and hardly ever for another: to find out whether something was told before. Nothing
 * that anybody could gain by forging.
 *
 * @returns 11 characters at most
 * @source cyrb53, a 53-bit hash (public domain)
 */
export function digestOf(text: string): string {
  let left = 0xdeadbeef
  let right = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    left = Math.imul(left ^ unit, 2654435761)
    right = Math.imul(right ^ unit, 1597334677)
  }
  left = Math.imul(left ^ (left >>> 16), 2246822507) ^ Math.imul(right ^ (right >>> 13), 3266489909)
  right = Math.imul(right ^ (right >>> 16), 2246822507) ^ Math.imul(left ^ (left >>> 13), 3266489909)
  return (4294967296 * (2097151 & right) + (left >>> 0)).toString(36)
}
