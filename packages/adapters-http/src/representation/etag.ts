import type { StoredResource } from '@crm-lite/domain'

/** The revision, quoted: it changes with every change of the resource and with nothing else. */
export function etagOf(stored: StoredResource): string {
  return `"${stored.revision}"`
}

/** Whether `If-None-Match` names this entity tag: weak comparison. @source RFC 9110, 13.1.2 */
export function namesTag(header: string, tag: string): boolean {
  return header === tag || tagsIn(header).some(each => each === '*' || each === tag || each === `W/${tag}`)
}

/** Whether `If-Match` allows a change of this resource: strong comparison. @source RFC 9110, 13.1.1 */
export function allowsChange(header: string, stored: StoredResource): boolean {
  const tag = etagOf(stored)
  return tagsIn(header).some(each => each === '*' || each === tag)
}

function tagsIn(header: string): string[] {
  return header.split(',').map(each => each.trim())
}
