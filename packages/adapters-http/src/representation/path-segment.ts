const PLAIN = /^[\w-]*$/

/** An id as a part of an address. Those that we make stand there as they are; others may hold anything. */
export function segmentOf(id: string): string {
  return PLAIN.test(id) ? id : encodeURIComponent(id)
}

/** The id that stands in an address; undefined when none does. */
export function idIn(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
