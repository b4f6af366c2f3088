/** Days since 1970-01-01 on a calendar on the wall somewhere. */
export type DayNumber = number

export const DAY_MS = 86_400_000

/** Offsets change at quarters of an hour, so that one is good for all of it. */
const QUARTER_MS = 900_000
const MAX_REMEMBERED = 20_000

/** The clocks on the walls somewhere. */
export interface Zone {
  readonly format: Intl.DateTimeFormat
  readonly offsets: Map<number, number>
}

const zones = new Map<string, Zone>()

/** Whether the name is one of the time zone database: `Europe/Paris`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    zoneNamed(name)
    return true
  } catch {
    return false
  }
}

/** How far the clocks of a zone are ahead of UTC at an instant, both in milliseconds. */
export function offsetAt({ format, offsets }: Zone, instant: number): number {
  const quarter = Math.floor(instant / QUARTER_MS)
  const known = offsets.get(quarter)
  if (known !== undefined) return known
  const start = quarter * QUARTER_MS
  const offset = wallClock(format, start) - start
  if (offsets.size >= MAX_REMEMBERED) offsets.clear()
  offsets.set(quarter, offset)
  return offset
}

/** Which day it is on the wall at an instant, and the time of that day. */
export function wallTimeAt(zone: Zone, instant: number): { readonly day: DayNumber; readonly timeMs: number } {
  const local = instant + offsetAt(zone, instant)
  const day = Math.floor(local / DAY_MS)
  return { day, timeMs: local - day * DAY_MS }
}

/**
 * The instant at which clocks on the wall show a time. Where they show it twice, the first one; where they skip it, as long after the
 * skip as it would have been.
 */
export function instantAt(zone: Zone, day: DayNumber, timeMs: number): number {
  const local = day * DAY_MS + timeMs
  const before = local - offsetAt(zone, local - DAY_MS)
  if (before + offsetAt(zone, before) === local) return before
  const after = local - offsetAt(zone, local + DAY_MS)
  return after + offsetAt(zone, after) === local ? after : before
}

/** @throws {RangeError} when there is no such zone */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
  })
  const zone = { format, offsets: new Map<number, number>() }
  zones.set(name, zone)
  return zone
}

function wallClock(format: Intl.DateTimeFormat, instant: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
