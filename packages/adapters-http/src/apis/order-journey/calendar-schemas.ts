import { weekdays } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { indexedText, many, oneOf, text } from '../../schema/attributes.ts'
import { resource, shape } from '../../schema/entity.ts'

const WorkingHours = shape('WorkingHours', 'A part of the day on which work is done.', {
  mandatory: {
    days: Type.Array(oneOf(weekdays, 'A day of the week.'), { description: 'On which days.' }),
    from: text('On the wall.', '08:00'),
    to: text('On the wall, later than `from`, up to `24:00`.', '17:00')
  },
  optional: {}
})

const Holiday = shape('Holiday', 'A day on which no work is done.', {
  mandatory: { date: text('YYYY-MM-DD.', '2026-12-25') },
  optional: { name: text('What it is called.', 'Christmas Day') }
})

export const calendarAttributes = {
  timeZone: text('Of the time zone database.', 'Europe/Paris'),
  workingHours: many(WorkingHours, 'When work is done.'),
  holiday: many(Holiday, 'When it is not, all the same.')
}

export const CalendarSchema = resource('Calendar', 'When work is done: plans of milestones can count in it.', {
  mandatory: {
    name: indexedText('What it is called.', 'Office hours'),
    timeZone: calendarAttributes.timeZone,
    workingHours: calendarAttributes.workingHours
  },
  optional: { holiday: calendarAttributes.holiday, status: text('Free text.', 'agreed for 2026') }
})

/** Everything that the schema above refers to. */
export const calendarSubSchemas = [Holiday, WorkingHours]
