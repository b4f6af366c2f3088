import { type Html, html } from './html.ts'

/** A day, for what is expected, or the most important one of a page; a moment, for what has happened. */
export type DateStyle = 'day' | 'theDay' | 'moment'

const styles = {
  day: { weekday: 'short', day: 'numeric', month: 'long' },
  theDay: { weekday: 'long', day: 'numeric', month: 'long' },
  moment: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }
} as const satisfies Record<DateStyle, Intl.DateTimeFormatOptions>

/** Making one costs a hundred times as much as using it. */
const formats = new Map<string, Intl.DateTimeFormat>()

export interface DateSettings {
  readonly language: string
  /** IANA: the one that the customers are told times in. */
  readonly timeZone: string
  readonly now: Date
}

/** A date for people, and for machines. The year is there when it is another one than now. */
export function dateHtml(date: string, style: DateStyle, { language, timeZone, now }: DateSettings): Html {
  const at = new Date(date)
  const year = formatOf(language, timeZone, { year: 'numeric' })
  const isThisYear = year.format(at) === year.format(now)
  const format = formatOf(language, timeZone, { ...styles[style], ...(!isThisYear && { year: 'numeric' }) })
  return html`<time datetime="${date}">${format.format(at)}</time>`
}

/** Nobody has said since when something is expected that should have been by now. */
export function isPast(date: string, { now }: DateSettings): boolean {
  return Date.parse(date) < now.getTime()
}

function formatOf(language: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([language, timeZone, options])
  // British: the day first and 24 hours, which more readers of English are used to than not.
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { ...options, timeZone })
  formats.set(key, format)
  return format
}
