/** The form of a date that is still sent in HTTP (RFC 9110, 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const MAX_RETRY_AFTER_S = 24 * 60 * 60

/**
 * How long a server asks to be left alone, in seconds, at most a day.
 *
 * @returns undefined when it does not say, or nothing that can be read
 * @source RFC 9110, 10.2.3
 */
export function retryAfterS(header: string | readonly string[] | undefined, now: Date): number | undefined {
  if (typeof header !== 'string') return undefined
  const text = header.trim()
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, now)
  return seconds === undefined ? undefined : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_S)
}

function secondsUntil(text: string, now: Date): number | undefined {
  const ms = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.ceil((ms - now.getTime()) / 1000)
}
