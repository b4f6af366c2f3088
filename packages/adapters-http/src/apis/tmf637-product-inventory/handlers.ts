import { changeProduct, createProduct, type NewProduct } from '@crm-lite/domain'
import type { ResourceHandlers } from '../../routes/resource-handlers.ts'

export const productHandlers: Partial<ResourceHandlers> = {
  // The body has been checked against the create schema.
  create: (services, input, context) => createProduct(services, input as NewProduct, context),
  change: changeProduct
}
