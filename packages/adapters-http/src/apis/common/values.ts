import { dateTime, freeValue, number, text } from '../../schema/attributes.ts'
import { entity, shape } from '../../schema/entity.ts'

export const TimePeriod = shape('TimePeriod', 'A span of time. Without an end it is still going on.', {
  optional: {
    startDateTime: dateTime('The first moment of the period.', '2026-01-01T00:00:00Z'),
    endDateTime: dateTime('The moment from which the period is over.', '2027-01-01T00:00:00Z')
  }
})

export const Quantity = shape('Quantity', 'A number of something.', {
  optional: {
    amount: number('How many or how much.', 2.5),
    units: text('What is counted or measured.', 'MB')
  }
})

export const Characteristic = entity('Characteristic', 'A property of somebody or something for which there is no attribute.', {
  mandatory: {
    name: text('What the property is called.', 'preferredStore'),
    value: freeValue('The value: any JSON value.', 'Harbour Street')
  },
  optional: { valueType: text('Of which type the value is.', 'string') }
})
