import { productDefinition, productLists } from '@crm-lite/domain'
import type { ApiBinding } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { productSchemas } from '../common/product.ts'
import { productExample } from './example.ts'
import { ProductSchema } from './schemas.ts'

export const tmf637v4: ApiBinding = {
  key: 'TMF637_V4',
  document: 'tmf637-v4',
  title: 'Product Inventory',
  description:
    'The products that customers have: what they are, which services and devices realize them, and what is paid for them.',
  version: '4.0.0',
  path: 'productInventory/v4',
  payloadName: 'event',
  resources: [
    {
      definition: productDefinition,
      path: 'product',
      schemas: {
        resource: ProductSchema,
        create: createSchemaOf(ProductSchema, { optional: productLists }),
        update: updateSchemaOf(ProductSchema, productSchemas)
      },
      attributes: attributeTree(ProductSchema, productSchemas),
      example: productExample
    }
  ]
}
