import type { ResourceBinding } from '../binding.ts'
import { plainHandlers, type ResourceHandlers } from '../routes/resource-handlers.ts'
import { calendarHandlers, journeySpecificationHandlers, provisioningRuleHandlers } from './order-journey/handlers.ts'
import { cancelProductOrderHandlers, productOrderHandlers } from './tmf622-product-ordering/handlers.ts'
import { productHandlers } from './tmf637-product-inventory/handlers.ts'

/** By the names of definitions: what is not plain about them. */
const peculiarHandlers: Readonly<Record<string, Partial<ResourceHandlers>>> = {
  productOrder: productOrderHandlers,
  cancelProductOrder: cancelProductOrderHandlers,
  product: productHandlers,
  journeySpecification: journeySpecificationHandlers,
  calendar: calendarHandlers,
  provisioningRule: provisioningRuleHandlers
}

export function handlersOf({ definition }: ResourceBinding): ResourceHandlers {
  return { ...plainHandlers(definition), ...peculiarHandlers[definition.name] }
}
