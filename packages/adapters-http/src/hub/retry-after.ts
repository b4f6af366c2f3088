const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const TIME = '\\d{2}:\\d{2}:\\d{2}'

/** The three forms of a date in HTTP (RFC 9110, 5.6.7), of which only the first is still sent. */
const FIXED_DATE = new RegExp(`^${DAY}, \\d{2} ${MONTH} \\d{4} ${TIME} GMT$`)
const RFC_850_DATE = new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d{2})-(${MONTH})-(\\d{2}) (${TIME}) GMT$`)
const ASCTIME_DATE = new RegExp(`^${DAY} (${MONTH}) ([ \\d]\\d) (${TIME}) (\\d{4})$`)

/**
 * How long a receiver asks to be left alone.
 *
 * @param header the value of `Retry-After`: seconds, or a date
 * @returns milliseconds from `now`, 0 for a date that is over; undefined when the header is absent or can't be read
 * @source RFC 9110, 10.2.3
 */
export function retryAfterMs(header: string | readonly string[] | undefined, now: Date): number | undefined {
  if (typeof header !== 'string') return undefined // absent or repeated
  const text = header.trim()
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER)
  const at = httpDateMs(text, now)
  return at === undefined ? undefined : Math.max(0, at - now.getTime())
}

function httpDateMs(text: string, now: Date): number | undefined {
  const ms = Date.parse(asFixedDate(text, now))
  return Number.isNaN(ms) ? undefined : ms
}

function asFixedDate(text: string, now: Date): string {
  if (FIXED_DATE.test(text)) return text
  const rfc850 = RFC_850_DATE.exec(text)
  if (rfc850) return `${rfc850[1]} ${rfc850[2]} ${fullYear(Number(rfc850[3]), now)} ${rfc850[4]} GMT`
  const asctime = ASCTIME_DATE.exec(text)
  if (asctime) return `${asctime[2]} ${asctime[1]} ${asctime[4]} ${asctime[3]} GMT`
  return ''
}

/** A year of two digits that seems to lie more than 50 years ahead is one of the past. */
function fullYear(twoDigits: number, now: Date): number {
  const century = Math.floor(now.getUTCFullYear() / 100) * 100
  return century + twoDigits > now.getUTCFullYear() + 50 ? century + twoDigits - 100 : century + twoDigits
}
