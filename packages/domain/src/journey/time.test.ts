import * as fc from 'fast-check'
import t from 'tap'
import { type Calendar, checkCalendar, type Weekday } from './calendar.ts'
import { addDuration, parseDuration, subtractDuration } from './duration.ts'
import { instantAt, isTimeZone, offsetAt, wallTimeAt, zoneNamed } from './time-zone.ts'
import { addWorkingTime } from './working-time.ts'

const weekdays: Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
const zones = ['UTC', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia']

function aCalendar(more: Partial<Calendar> = {}): Calendar {
  const workingHours = [{ days: weekdays, from: '08:00', to: '17:00' }]
  return { id: 'c', name: 'Office', timeZone: 'Europe/Paris', workingHours, ...more }
}

const later = (start: string, duration: string) =>
  new Date(addDuration(Date.parse(start), parseDuration(duration)!)).toISOString()
const worked = (start: string, duration: string, calendar = aCalendar()) =>
  new Date(addWorkingTime(calendar, Date.parse(start), parseDuration(duration)!)).toISOString()

t.test('durations', async t => {
  t.test('are read as ISO 8601 writes them', async t => {
    const HOUR = 3_600_000
    const of = (years: number, months: number, weeks: number, days: number, timeMs: number) => ({
      years,
      months,
      weeks,
      days,
      timeMs
    })
    t.same(parseDuration('P3D'), of(0, 0, 0, 3, 0))
    t.same(parseDuration('P1Y2M3W4DT5H6M7.5S'), of(1, 2, 3, 4, 5 * HOUR + 6 * 60_000 + 7_500))
    t.same(parseDuration('PT90M'), of(0, 0, 0, 0, 1.5 * HOUR))
    t.same(parseDuration('PT0S'), of(0, 0, 0, 0, 0))
    t.same(parseDuration('P10Y'), of(10, 0, 0, 0, 0))
  })

  t.test('are nothing else, and not longer than ten years', async t => {
    const wrong = ['', 'P', 'PT', 'P1DT', '3D', 'P-1D', 'P1H', 'PT1D', 'P1.5D', 'P1D2W', 'p1d', 'P1D ', 'P11Y', 'P9999D', 'P1DT1']
    for (const text of wrong) t.equal(parseDuration(text), undefined, text)
    t.equal(parseDuration('P9999D'), undefined, 'also when asked again')
  })

  t.test('without a calendar go by UTC, and end with a month that is too short', async t => {
    t.equal(later('2026-01-31T09:00:00Z', 'P1M'), '2026-02-28T09:00:00.000Z')
    t.equal(later('2024-02-29T09:00:00Z', 'P1Y'), '2025-02-28T09:00:00.000Z')
    t.equal(later('2026-03-28T12:00:00Z', 'P1W1DT30M'), '2026-04-05T12:30:00.000Z')
    t.equal(
      new Date(subtractDuration(Date.parse('2026-03-31T09:00:00Z'), parseDuration('P1M')!)).toISOString(),
      '2026-02-28T09:00:00.000Z'
    )
  })
})

t.test('time zones', async t => {
  t.test('are those of the time zone database', async t => {
    t.same([...zones, 'Europe/Atlantis', ''].map(isTimeZone), [...zones.map(() => true), false, false])
  })

  t.test('know how far their clocks are ahead', async t => {
    const minutes = (zone: string, at: string) => offsetAt(zoneNamed(zone), Date.parse(at)) / 60_000
    t.equal(minutes('Europe/Paris', '2026-03-29T00:59:59.999Z'), 60)
    t.equal(minutes('Europe/Paris', '2026-03-29T01:00:00Z'), 120)
    t.equal(minutes('Asia/Kathmandu', '2026-03-29T01:00:00Z'), 345)
    t.equal(minutes('Australia/Lord_Howe', '2026-01-01T00:00:00Z'), 660)
    t.equal(minutes('Australia/Lord_Howe', '2026-07-01T00:00:00Z'), 630)
    t.equal(minutes('America/New_York', '2026-01-01T00:00:00.001Z'), -300)
  })

  t.test('show a time twice or not at all when clocks are changed', async t => {
    const HOUR = 3_600_000
    const spring = Date.parse('2026-03-29') / 86_400_000
    const autumn = Date.parse('2026-10-25') / 86_400_000
    const paris = (day: number, hour: number) => new Date(instantAt(zoneNamed('Europe/Paris'), day, hour * HOUR)).toISOString()
    t.equal(paris(spring, 2.5), '2026-03-29T01:30:00.000Z', 'skipped: 03:30')
    t.equal(paris(spring, 3), '2026-03-29T01:00:00.000Z')
    t.equal(paris(autumn, 2.5), '2026-10-25T00:30:00.000Z', 'twice: the first one')
    t.equal(paris(autumn, 3), '2026-10-25T02:00:00.000Z')
    t.equal(paris(autumn, 24), '2026-10-25T23:00:00.000Z')
  })

  t.test('lead from an instant to the wall and back', async () => {
    const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, date) => {
        const { day, timeMs } = wallTimeAt(zoneNamed(zone), date.getTime())
        const back = instantAt(zoneNamed(zone), day, timeMs)
        const isRepeated = back < date.getTime() && date.getTime() - back <= 86_400_000
        return back === date.getTime() || isRepeated
      })
    )
  })
})

t.test('working time', async t => {
  t.test('counts only while work is done', async t => {
    t.equal(worked('2026-03-02T09:00:00Z', 'PT4H'), '2026-03-02T13:00:00.000Z')
    t.equal(worked('2026-03-02T09:00:00Z', 'PT8H'), '2026-03-03T08:00:00.000Z', 'an hour is left for Tuesday')
    t.equal(worked('2026-03-02T09:00:00Z', 'PT7H'), '2026-03-02T16:00:00.000Z', 'up to the last minute')
    t.equal(worked('2026-03-06T20:00:00Z', 'PT1H'), '2026-03-09T08:00:00.000Z', 'from Friday night to Monday')
    t.equal(worked('2026-03-06T15:30:00Z', 'PT45H30M'), '2026-03-13T16:00:00.000Z', 'a week and a bit')
  })

  t.test('takes whole working days at the same time of day', async t => {
    t.equal(worked('2026-03-02T09:00:00Z', 'P1D'), '2026-03-03T09:00:00.000Z')
    t.equal(worked('2026-03-06T09:00:00Z', 'P2D'), '2026-03-10T09:00:00.000Z', 'a weekend is between')
    t.equal(worked('2026-03-07T09:00:00Z', 'P1D'), '2026-03-10T07:00:00.000Z', 'Saturday counts as Monday morning')
    t.equal(worked('2026-03-06T20:00:00Z', 'P1D'), '2026-03-10T07:00:00.000Z', 'and so does Friday night')
    t.equal(worked('2026-03-02T09:00:00Z', 'P1DT8H'), '2026-03-04T08:00:00.000Z')
  })

  t.test('takes weeks, months and years by the calendar, and ends when work begins', async t => {
    t.equal(worked('2026-03-02T09:00:00Z', 'P1W'), '2026-03-09T09:00:00.000Z')
    t.equal(worked('2026-04-02T09:00:00Z', 'P1M'), '2026-05-04T06:00:00.000Z', '2 May is a Saturday')
    t.equal(worked('2025-12-31T09:00:00Z', 'P1Y2M'), '2027-03-01T07:00:00.000Z', '28 February is a Sunday')
  })

  t.test('leaves out holidays and breaks', async t => {
    const holiday = [{ date: '2026-03-03', name: 'Carnival' }]
    t.equal(worked('2026-03-02T09:00:00Z', 'PT8H', aCalendar({ holiday })), '2026-03-04T08:00:00.000Z')
    t.equal(worked('2026-03-02T09:00:00Z', 'P1D', aCalendar({ holiday })), '2026-03-04T09:00:00.000Z')
    const workingHours = [
      { days: weekdays, from: '13:00', to: '17:00' },
      { days: weekdays, from: '08:00', to: '12:00' }
    ]
    t.equal(worked('2026-03-02T10:00:00Z', 'PT2H', aCalendar({ workingHours })), '2026-03-02T13:00:00.000Z')
    t.equal(worked('2026-03-02T11:30:00Z', 'PT1M', aCalendar({ workingHours })), '2026-03-02T12:01:00.000Z', 'from the break on')
  })

  t.test('of no length changes nothing, even at night', async t => {
    t.equal(worked('2026-03-06T22:00:00Z', 'PT0S'), '2026-03-06T22:00:00.000Z')
  })

  t.test('keeps to the clock on the wall when it is changed', async t => {
    t.equal(worked('2026-03-27T15:00:00Z', 'PT2H'), '2026-03-30T07:00:00.000Z', 'to Monday 09:00, an hour earlier in UTC')
    t.equal(worked('2026-03-27T15:00:00Z', 'P1D'), '2026-03-30T14:00:00.000Z')
    const always = aCalendar({ workingHours: [{ days: [...weekdays, 'saturday', 'sunday'], from: '00:00', to: '24:00' }] })
    t.equal(worked('2026-03-28T23:00:00Z', 'PT24H', always), '2026-03-29T23:00:00.000Z', '24 hours really pass')
    t.equal(worked('2026-03-28T23:00:00Z', 'P1D', always), '2026-03-29T22:00:00.000Z', 'a day has 23 hours then')
    const nights = aCalendar({ workingHours: [{ days: ['sunday'], from: '01:00', to: '05:00' }] })
    t.equal(worked('2026-03-29T00:00:00Z', 'PT3H', nights), '2026-03-29T03:00:00.000Z', 'the night has three of its four hours')
    t.equal(worked('2026-10-24T23:00:00Z', 'PT5H', nights), '2026-10-25T04:00:00.000Z', 'and five in autumn')
  })

  t.test('that is never done is an error, not a hang', async t => {
    t.throws(() => worked('2026-03-27T15:00:00Z', 'PT2H', aCalendar({ workingHours: [] })))
    t.throws(() => worked('2026-03-27T15:00:00Z', 'P2D', aCalendar({ workingHours: [] })))
  })

  t.test('added in parts is the same as added at once, and ends while work is done', async () => {
    const minutes = fc.integer({ min: 1, max: 6_000 })
    const date = fc.date({ min: new Date('2025-01-01'), max: new Date('2028-01-01'), noInvalidDate: true })
    const from = fc.integer({ min: 0, max: 12 })
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        date,
        minutes,
        minutes,
        from,
        fc.integer({ min: 1, max: 12 }),
        (timeZone, start, a, b, hour, hours) => {
          const time = (each: number) => `${String(each).padStart(2, '0')}:00`
          const workingHours = [{ days: weekdays, from: time(hour), to: time(hour + hours) }]
          const calendar = aCalendar({ timeZone, workingHours, holiday: [{ date: '2026-12-25' }, { date: '2027-01-01' }] })
          const add = (at: number, length: number) => addWorkingTime(calendar, at, parseDuration(`PT${length}M`)!)
          const end = add(start.getTime(), a + b)
          const local = wallTimeAt(zoneNamed(timeZone), end)
          return (
            end === add(add(start.getTime(), a), b) &&
            end - start.getTime() >= (a + b) * 60_000 &&
            local.timeMs > hour * 3_600_000 - 1 &&
            local.timeMs <= (hour + hours) * 3_600_000
          )
        }
      ),
      { numRuns: 500 }
    )
  })
})

t.test('calendars that cannot be worked with are refused', async t => {
  const faults = (more: Partial<Calendar>) => checkCalendar(aCalendar(more)).map(({ pointer }) => pointer)
  t.same(faults({}), [])
  t.same(faults({ timeZone: 'Europe/Atlantis' }), ['/timeZone'])
  t.same(faults({ workingHours: [] }), ['/workingHours'])
  t.same(faults({ workingHours: [{ days: [], from: '08:00', to: '17:00' }] }), ['/workingHours'])
  t.same(faults({ workingHours: [{ days: ['monday'], from: '25:00', to: '8' }] }), ['/workingHours/0/from', '/workingHours/0/to'])
  t.same(faults({ workingHours: [{ days: ['monday'], from: '17:00', to: '08:00' }] }), ['/workingHours/0/to'])
  t.same(faults({ workingHours: [{ days: ['monday'], from: '17:00', to: '24:00' }] }), [])
  t.same(faults({ workingHours: [{ days: ['monday'], from: '17:00', to: '24:01' }] }), ['/workingHours/0/to'])
  const overlap = [
    { days: ['monday' as const], from: '08:00', to: '12:00' },
    { days: weekdays, from: '11:59', to: '17:00' }
  ]
  t.same(faults({ workingHours: overlap }), ['/workingHours'])
  t.same(faults({ holiday: [{ date: '2026-02-30' }, { date: '2026-03-01' }, { date: 'x' }] }), [
    '/holiday/0/date',
    '/holiday/2/date'
  ])
})
