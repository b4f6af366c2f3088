import {
  type Calendar,
  createCalendar,
  createJourneySpecification,
  createProvisioningRule,
  deleteCalendar,
  deleteJourneySpecification,
  deleteProvisioningRule,
  type NewJourneySpecification,
  type NewProvisioningRule,
  patchCalendar,
  patchJourneySpecification,
  patchProvisioningRule
} from '@crm-lite/domain'
import type { ResourceHandlers } from '../../routes/resource-handlers.ts'

export const journeySpecificationHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) =>
    createJourneySpecification(services, input as unknown as NewJourneySpecification, context),
  change: patchJourneySpecification,
  remove: deleteJourneySpecification
}

export const provisioningRuleHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) => createProvisioningRule(services, input as unknown as NewProvisioningRule, context),
  change: patchProvisioningRule,
  remove: deleteProvisioningRule
}

export const calendarHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) => createCalendar(services, input as Omit<Calendar, 'id'>, context),
  change: patchCalendar,
  remove: deleteCalendar
}
