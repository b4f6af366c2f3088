import { minutesIn, type WorkingTime, weekdays } from './calendar.ts'
import { addMonths, type Duration } from './duration.ts'
import { DAY_MS, type DayNumber, instantAt, wallTimeAt, type Zone, zoneNamed } from './time-zone.ts'

/** Working hours as they are computed with. */
interface Schedule {
  readonly zone: Zone
  /** By day of the week: from and to, in milliseconds on the wall. */
  readonly spans: readonly (readonly (readonly [from: number, to: number])[])[]
  readonly holidays: ReadonlySet<DayNumber>
}

/** A calendar in which nothing is ever done is a mistake that `checkCalendar` finds: nothing must hang on it. */
const MAX_DAYS = 50_000
const THURSDAY = 4 // 1970-01-01

const schedules = new WeakMap<WorkingTime, Schedule>()

/**
 * An instant that much working time later.
 *
 * Years, months and weeks are counted on the calendar on the wall; then each day is one on which work is done, at the same time of day;
 * then hours, minutes and seconds are those in which work is done, as they really pass: where clocks are changed in working hours, these
 * are longer or shorter. Nothing is due outside working hours: where it would be, it is due when they begin again.
 *
 * @param instant in milliseconds, as the result
 */
export function addWorkingTime(calendar: WorkingTime, instant: number, duration: Duration): number {
  const schedule = scheduleOf(calendar)
  let at = addDates(schedule, instant, duration)
  if (duration.days > 0) at = addWorkingDays(schedule, nextWorkingInstant(schedule, at), duration.days)
  if (duration.timeMs > 0) return addWorkingHours(schedule, at, duration.timeMs)
  return at === instant ? instant : nextWorkingInstant(schedule, at)
}

function addDates({ zone }: Schedule, instant: number, { years, months, weeks }: Duration): number {
  if (years === 0 && months === 0 && weeks === 0) return instant
  const { day, timeMs } = wallTimeAt(zone, instant)
  return instantAt(zone, addMonths(day * DAY_MS, years * 12 + months) / DAY_MS + weeks * 7, timeMs)
}

function addWorkingDays(schedule: Schedule, instant: number, days: number): number {
  const { day, timeMs } = wallTimeAt(schedule.zone, instant)
  let left = days
  for (let next = day + 1; next < day + MAX_DAYS; next++) {
    if (spansOn(schedule, next).length > 0) left -= 1
    if (left === 0) return nextWorkingInstant(schedule, instantAt(schedule.zone, next, timeMs))
  }
  throw new Error('a calendar without working hours')
}

function addWorkingHours(schedule: Schedule, instant: number, timeMs: number): number {
  let left = timeMs
  for (const [from, to] of periodsSince(schedule, instant)) {
    const start = Math.max(from, instant)
    if (left <= to - start) return start + left
    left -= to - start
  }
  throw new Error('a calendar without working hours')
}

function nextWorkingInstant(schedule: Schedule, instant: number): number {
  for (const [from] of periodsSince(schedule, instant)) return Math.max(from, instant)
  throw new Error('a calendar without working hours')
}

/** The periods in which work is done, the one that an instant is in or the next one first. */
function* periodsSince(schedule: Schedule, instant: number): Generator<readonly [from: number, to: number]> {
  const { zone } = schedule
  const { day } = wallTimeAt(zone, instant)
  for (let each = day; each < day + MAX_DAYS; each++) {
    for (const [fromMs, toMs] of spansOn(schedule, each)) {
      const to = instantAt(zone, each, toMs)
      if (to <= instant) continue
      const from = instantAt(zone, each, fromMs)
      if (from < to) yield [from, to]
    }
  }
}

function spansOn({ spans, holidays }: Schedule, day: DayNumber): readonly (readonly [from: number, to: number])[] {
  return holidays.has(day) ? [] : (spans[(((day + THURSDAY) % 7) + 7) % 7] ?? [])
}

function scheduleOf(calendar: WorkingTime): Schedule {
  const known = schedules.get(calendar)
  if (known) return known
  const spans = weekdays.map(weekday =>
    calendar.workingHours
      .filter(({ days }) => days.includes(weekday))
      .map(({ from, to }) => [(minutesIn(from) ?? 0) * 60_000, (minutesIn(to) ?? 0) * 60_000] as const)
      .sort(([left], [right]) => left - right)
  )
  const holidays = new Set((calendar.holiday ?? []).map(({ date }) => Date.parse(date) / DAY_MS))
  const schedule = { zone: zoneNamed(calendar.timeZone), spans, holidays }
  schedules.set(calendar, schedule)
  return schedule
}
