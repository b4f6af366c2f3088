import { falloutDefinition, fulfilmentDefinition, provisioningRuleDefinition } from '@crm-lite/domain'
import type { NamedSchema, ResourceBinding } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { productOrderSubSchemas } from '../tmf622-product-ordering/schemas.ts'
import { FalloutSchema, falloutSubSchemas } from './fallout-schemas.ts'
import { FulfilmentSchema, fulfilmentSubSchemas } from './fulfilment-schemas.ts'
import { OrderItem } from './journey-schemas.ts'
import { falloutExample, fulfilmentExample, provisioningRuleExample } from './provisioning-examples.ts'
import { ProvisioningRuleSchema, provisioningRuleSubSchemas } from './provisioning-rule-schemas.ts'
import { serviceOrderSchemas } from './service-order-schemas.ts'

/** Everything that the schemas of these resources refer to, besides what orders and journeys have. */
export const provisioningSubSchemas: readonly NamedSchema[] = [
  ...falloutSubSchemas,
  ...fulfilmentSubSchemas,
  ...provisioningRuleSubSchemas,
  ...serviceOrderSchemas
]

const shared: readonly NamedSchema[] = [...provisioningSubSchemas, ...productOrderSubSchemas, OrderItem]

export const provisioningRuleBinding: ResourceBinding = {
  definition: provisioningRuleDefinition,
  path: 'provisioningRule',
  schemas: {
    resource: ProvisioningRuleSchema,
    create: createSchemaOf(ProvisioningRuleSchema, { serverSet: ['version', 'lifecycleStatus', 'activatedAt', 'retiredAt'] }),
    update: updateSchemaOf(ProvisioningRuleSchema, shared)
  },
  attributes: attributeTree(ProvisioningRuleSchema, shared),
  example: provisioningRuleExample,
  failures: { patch: ['notChangeable'], delete: ['notDeletable'] }
}

/** What the items of orders are waiting for. Nobody writes it but the server. */
export const fulfilmentBinding: ResourceBinding = {
  definition: fulfilmentDefinition,
  path: 'fulfilment',
  schemas: {
    resource: FulfilmentSchema,
    create: createSchemaOf(FulfilmentSchema, {
      serverSet: ['tries', 'failures', 'puzzles', 'newsAt', 'createdAt', 'lastUpdate']
    }),
    update: updateSchemaOf(FulfilmentSchema, shared)
  },
  attributes: attributeTree(FulfilmentSchema, shared),
  example: fulfilmentExample,
  operations: ['list', 'get'],
  eventKinds: [],
  // The id of the order, of the item, whatever it looks like, and the attempt.
  idPattern: /^[\w-]{1,100}:[^\p{Cc}\p{Cs}]{1,250}:\d{1,9}$/u
}

export const falloutBinding: ResourceBinding = {
  definition: falloutDefinition,
  path: 'fallout',
  schemas: {
    resource: FalloutSchema,
    create: createSchemaOf(FalloutSchema, { serverSet: ['history'] }),
    update: updateSchemaOf(FalloutSchema, shared)
  },
  attributes: attributeTree(FalloutSchema, shared),
  example: falloutExample,
  operations: ['list', 'get'],
  eventKinds: ['created', 'attributesChanged', 'stateChanged']
}
