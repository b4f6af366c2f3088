import { canonicalInstant } from '@crm-lite/domain'

/**
 * A limit of a range as events have their times: UTC, to the millisecond. What is finer is rounded up, as ranges are half open.
 *
 * @returns undefined when the text names no instant
 */
export function eventInstant(text: string): string | undefined {
  const canonical = canonicalInstant(text)
  if (canonical === undefined) return undefined
  const milliseconds = Date.parse(`${canonical.slice(0, 23)}Z`)
  return new Date(canonical.slice(23, 26) === '000' ? milliseconds : milliseconds + 1).toISOString()
}
