import {
  type Calendar,
  createCalendar,
  createJourneySpecification,
  deleteCalendar,
  deleteJourneySpecification,
  type NewJourneySpecification,
  patchCalendar,
  patchJourneySpecification
} from '@crm-lite/domain'
import type { ResourceHandlers } from '../../routes/resource-handlers.ts'

export const journeySpecificationHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) =>
    createJourneySpecification(services, input as unknown as NewJourneySpecification, context),
  change: patchJourneySpecification,
  remove: deleteJourneySpecification
}

export const calendarHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) => createCalendar(services, input as Omit<Calendar, 'id'>, context),
  change: patchCalendar,
  remove: deleteCalendar
}
