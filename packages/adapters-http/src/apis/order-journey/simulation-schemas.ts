import { Type } from '@sinclair/typebox'
import { dateTime, many, ref, text } from '../../schema/attributes.ts'
import { shape } from '../../schema/entity.ts'
import { OrderItem } from './journey-schemas.ts'

const SimulatedMilestone = shape('SimulatedMilestone', 'A milestone that an order would get.', {
  mandatory: {
    key: text('As it would be in the journey.', 'installed'),
    name: text('What it is called.', 'Installed'),
    requires: Type.Array(text('A key.', 'scheduled'), { description: 'The keys of those that come before.' }),
    plannedDate: dateTime('When it should be reached.')
  },
  optional: { item: ref(OrderItem, 'The item that it would be for.') }
})

export const SimulationSchema = shape('JourneySimulation', 'What an order would be in for.', {
  mandatory: {
    startDate: dateTime('When it would come in.'),
    milestone: many(SimulatedMilestone, 'Each behind those that it requires.'),
    plannedCompletionDate: dateTime('When it should be completed.')
  },
  optional: {}
})

export const simulationSchemas = [SimulatedMilestone, SimulationSchema]
