import type { Fault } from '../kernel/errors.ts'
import { isDateTime } from '../kernel/instant.ts'
import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import { isTimeZone } from './time-zone.ts'

/** As `Date.getUTCDay` counts. */
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
export type Weekday = (typeof weekdays)[number]

/** A part of the day on some days of the week. */
export interface WorkingHours {
  days: Weekday[]
  /** On the wall, `08:00`. */
  from: string
  /** On the wall, later than `from`: up to `24:00`. */
  to: string
}

export interface Holiday {
  /** `2026-12-25`. */
  date: string
  name?: string
}

/** When work is done. */
export interface WorkingTime {
  /** Of the time zone database: `Europe/Paris`. */
  timeZone: string
  workingHours: WorkingHours[]
  holiday?: Holiday[]
}

export interface Calendar extends Resource, WorkingTime {
  name: string
  /** Free text. */
  status?: string
}

export const calendarDefinition = {
  name: 'calendar',
  type: 'Calendar',
  stateAttribute: 'status',
  mandatory: ['name', 'timeZone', 'workingHours'],
  indexed: [{ name: 'name', path: 'name', type: 'string', many: false }]
} as const satisfies DefinitionOf<Calendar>

/** What is wrong with a calendar; its structure has been checked. */
export function checkCalendar({ timeZone, workingHours, holiday = [] }: WorkingTime): Fault[] {
  const faults: Fault[] = []
  const fault = (pointer: string, message: string) => faults.push({ code: 'invalidValue', pointer, message })
  if (!isTimeZone(timeZone)) fault('/timeZone', 'is no time zone of the time zone database')
  if (!workingHours.some(({ days }) => days.length > 0)) fault('/workingHours', 'without working hours nothing is ever done')
  for (const [index, { from, to }] of workingHours.entries()) {
    const [start, end] = [minutesIn(from), minutesIn(to)]
    if (start === undefined) fault(`/workingHours/${index}/from`, 'is no time of the day: HH:MM')
    if (end === undefined) fault(`/workingHours/${index}/to`, 'is no time of the day: HH:MM')
    if (start !== undefined && end !== undefined && end <= start) fault(`/workingHours/${index}/to`, 'must be later than from')
  }
  for (const day of overlapping(workingHours)) fault('/workingHours', `the hours of ${day} overlap`)
  for (const [index, { date }] of holiday.entries()) {
    if (!isDate(date)) fault(`/holiday/${index}/date`, 'is no date: YYYY-MM-DD')
  }
  return faults
}

/** Minutes since midnight of a time such as `08:30` or `24:00`; undefined when it is none. */
export function minutesIn(time: string): number | undefined {
  const parts = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(time)
  if (!parts) return undefined
  const minutes = Number(parts[1]) * 60 + Number(parts[2])
  return minutes <= 1_440 ? minutes : undefined
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && isDateTime(`${text}T00:00:00Z`)
}

function overlapping(hours: readonly WorkingHours[]): Weekday[] {
  return weekdays.filter(day => {
    const spans = hours
      .filter(({ days }) => days.includes(day))
      .map(({ from, to }) => [minutesIn(from) ?? 0, minutesIn(to) ?? 0] as const)
    spans.sort(([left], [right]) => left - right)
    return spans.some(([from], index) => index > 0 && from < spans[index - 1]![1])
  })
}
