/** A length of time as ISO 8601 writes it: how long its parts are depends on where it begins. */
export interface Duration {
  readonly years: number
  readonly months: number
  readonly weeks: number
  readonly days: number
  /** Hours, minutes and seconds together. */
  readonly timeMs: number
}

const ISO_8601 =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8}(?:\.\d{1,3})?)S)?)?$/

/** Longer than any order takes; keeps dates inside what can be written. */
export const MAX_DURATION_DAYS = 3_660

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const parsed = new Map<string, Duration | undefined>()
const MAX_REMEMBERED = 1_000

/**
 * Reads an ISO 8601 duration: `P3D`, `PT8H30M`, `P1M2W`. Weeks may stand beside other parts; only seconds may have a fraction.
 *
 * @returns undefined for any other text, and for one of more than about ten years
 */
export function parseDuration(text: string): Duration | undefined {
  if (parsed.has(text)) return parsed.get(text)
  const duration = read(text)
  if (parsed.size >= MAX_REMEMBERED) parsed.clear()
  parsed.set(text, duration)
  return duration
}

function read(text: string): Duration | undefined {
  const parts = ISO_8601.exec(text)
  if (!parts) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = parts.slice(1).map(part => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number
  ]
  const timeMs = hours * HOUR_MS + minutes * 60_000 + Math.round(seconds * 1_000)
  const inDays = years * 366 + months * 31 + weeks * 7 + days + timeMs / DAY_MS
  return inDays <= MAX_DURATION_DAYS ? { years, months, weeks, days, timeMs } : undefined
}

/**
 * An instant that much later, by the calendar in UTC: a day has 24 hours, and a month that is too short ends on its last day.
 *
 * @param instant in milliseconds, as the result
 */
export function addDuration(instant: number, duration: Duration): number {
  return (
    addMonths(instant, duration.years * 12 + duration.months) + (duration.weeks * 7 + duration.days) * DAY_MS + duration.timeMs
  )
}

/** An instant that much earlier, by the calendar in UTC. */
export function subtractDuration(instant: number, duration: Duration): number {
  return (
    addMonths(instant, -(duration.years * 12 + duration.months)) - (duration.weeks * 7 + duration.days) * DAY_MS - duration.timeMs
  )
}

/** The same day of another month, or the last one that it has. */
export function addMonths(instant: number, months: number): number {
  if (months === 0) return instant
  const date = new Date(instant)
  const day = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() + months)
  if (date.getUTCDate() !== day) date.setUTCDate(0)
  return date.getTime()
}
