import { customerDefinition } from '@crm-lite/domain'
import type { ApiBinding } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { customerExample } from './example.ts'
import { CustomerSchema, customerSubSchemas } from './schemas.ts'

export const tmf629v4: ApiBinding = {
  key: 'TMF629_V4',
  document: 'tmf629-v4',
  title: 'Customer Management',
  description: 'Customers: the individuals and organizations that buy products, and what is known about them as buyers.',
  version: '4.0.0',
  path: 'customerManagement/v4',
  payloadName: 'event',
  resources: [
    {
      definition: customerDefinition,
      path: 'customer',
      schemas: {
        resource: CustomerSchema,
        create: createSchemaOf(CustomerSchema),
        update: updateSchemaOf(CustomerSchema, customerSubSchemas)
      },
      attributes: attributeTree(CustomerSchema, customerSubSchemas),
      example: customerExample,
      leniencies: [
        {
          schema: 'Customer_Update',
          attribute: 'engagedParty',
          reason: 'a merge patch names what changes: clients, the conformance kit too, change a name alone'
        }
      ]
    }
  ]
}
