const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2})))?$/

/** The usual spelling, in UTC and on a day that the month has in every year: nothing about it needs to be worked out. */
const PLAIN =
  /^(?!0000)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/

/**
 * Brings a date-time (RFC 3339, at most nine digits of a second) or a date alone (00:00 UTC) to one canonical text, so that two
 * texts that name the same instant are equal and texts compare as instants do.
 *
 * @returns UTC with exactly six digits of a second, `2026-01-31T09:00:00.000000Z` (finer digits are cut off, as
 *   PostgreSQL's `timestamptz` holds no more), or undefined when the text names no instant: 30 February, hour 24, a year outside 0001-9999
 */
export function canonicalInstant(text: string): string | undefined {
  if (text !== lastText) {
    lastInstant = instantIn(text)
    lastText = text
  }
  return lastInstant
}

/** What is written together names the same instant again and again. */
let lastText = ''
let lastInstant: string | undefined

function instantIn(text: string): string | undefined {
  // To the millisecond, as we write them ourselves.
  if (text.length === 24 && PLAIN.test(text)) return `${text.slice(0, 23)}000Z`
  if (PLAIN.test(text)) return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(6, '0').slice(0, 6)}Z`
  const parts = RFC3339.exec(text)
  if (!parts) return undefined
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0'
  ] = parts
  if (+hour > 23 || +minute > 59 || +second > 59 || +offsetHour > 23 || +offsetMinute > 59) return undefined
  if (+day < 1 || +day > daysInMonth(+year, +month)) return undefined
  const offset = (+offsetHour * 60 + +offsetMinute) * 60_000 * (sign === '-' ? -1 : 1)
  const local = new Date(0)
  local.setUTCFullYear(+year, +month - 1, +day!)
  local.setUTCHours(+hour, +minute, +second)
  const instant = new Date(local.getTime() - offset)
  if (instant.getUTCFullYear() < 1 || instant.getUTCFullYear() > 9999) return undefined
  return `${instant.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`
}

/** Whether a text is a complete RFC 3339 date-time: unlike in filters, a date alone does not do. */
export function isDateTime(text: string): boolean {
  return text.length > 10 && (PLAIN.test(text) || canonicalInstant(text) !== undefined)
}

function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
