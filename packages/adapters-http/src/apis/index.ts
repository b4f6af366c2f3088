import type { ApiBinding, NamedSchema } from '../binding.ts'
import { productSchemas } from './common/product.ts'
import { orderJourneySubSchemas, orderJourneyV1 } from './order-journey/v1.ts'
import { productOrderSubSchemas } from './tmf622-product-ordering/schemas.ts'
import { tmf622v4 } from './tmf622-product-ordering/v4.ts'
import { customerSubSchemas } from './tmf629-customer/schemas.ts'
import { tmf629v4 } from './tmf629-customer/v4.ts'
import { individualSubSchemas } from './tmf632-party/individual-schemas.ts'
import { organizationSubSchemas } from './tmf632-party/organization-schemas.ts'
import { tmf632v4 } from './tmf632-party/v4.ts'
import { tmf637v4 } from './tmf637-product-inventory/v4.ts'

/** Every API that is served. A new one is added here. */
export const apiBindings: readonly ApiBinding[] = [tmf629v4, tmf632v4, tmf622v4, tmf637v4, orderJourneyV1]

/** The parts that the schemas of the bindings refer to; those schemas themselves are in the bindings. */
export const sharedSchemas: readonly NamedSchema[] = [
  ...new Set([
    ...customerSubSchemas,
    ...individualSubSchemas,
    ...organizationSubSchemas,
    ...productOrderSubSchemas,
    ...productSchemas,
    ...orderJourneySubSchemas
  ])
]
