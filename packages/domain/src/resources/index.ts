import { falloutDefinition } from '../fulfilment/fallout.ts'
import { fulfilmentDefinition } from '../fulfilment/fulfilment.ts'
import { provisioningRuleDefinition } from '../fulfilment/provisioning-rule.ts'
import { calendarDefinition } from '../journey/calendar.ts'
import { journeyDefinition } from '../journey/journey.ts'
import { journeySpecificationDefinition } from '../journey/journey-specification.ts'
import { trackingTokenDefinition } from '../journey/tracking-token.ts'
import type { ResourceDefinition } from '../kernel/resource.ts'
import { orderHistoryDefinition } from '../ordering/history.ts'
import { cancelProductOrderDefinition } from './cancel-product-order.ts'
import { customerDefinition } from './customer.ts'
import { individualDefinition } from './individual.ts'
import { organizationDefinition } from './organization.ts'
import { productDefinition } from './product.ts'
import { productOrderDefinition } from './product-order.ts'

/** Every resource that the CRM keeps. A new one is added here and nowhere else in the domain. */
export const resourceDefinitions: readonly ResourceDefinition[] = [
  customerDefinition,
  individualDefinition,
  organizationDefinition,
  productOrderDefinition,
  cancelProductOrderDefinition,
  productDefinition,
  journeySpecificationDefinition,
  calendarDefinition,
  journeyDefinition,
  orderHistoryDefinition,
  trackingTokenDefinition,
  provisioningRuleDefinition,
  fulfilmentDefinition,
  falloutDefinition
]

export * from './cancel-product-order.ts'
export * from './common.ts'
export * from './customer.ts'
export * from './individual.ts'
export * from './organization.ts'
export * from './party.ts'
export * from './product.ts'
export * from './product-order.ts'
export * from './product-order-item.ts'
