import { cancelProductOrderDefinition, domainEventKinds, productOrderDefinition } from '@crm-lite/domain'
import type { ApiBinding } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { cancelProductOrderExample, productOrderExample } from './examples.ts'
import { CancelProductOrderSchema, ProductOrderSchema, productOrderSubSchemas } from './schemas.ts'

export const tmf622v4: ApiBinding = {
  key: 'TMF622_V4',
  document: 'tmf622-v4',
  title: 'Product Ordering',
  description: 'Product orders, the states that they go through, and requests to cancel them.',
  version: '4.0.0',
  path: 'productOrderingManagement/v4',
  payloadName: 'event',
  resources: [
    {
      definition: productOrderDefinition,
      path: 'productOrder',
      schemas: {
        resource: ProductOrderSchema,
        create: createSchemaOf(ProductOrderSchema, {
          serverSet: [
            'state',
            'orderDate',
            'completionDate',
            'expectedCompletionDate',
            'productOrderMilestone',
            'productOrderJeopardyAlert',
            'productOrderErrorMessage'
          ],
          optional: ['relatedParty']
        }),
        update: updateSchemaOf(ProductOrderSchema, productOrderSubSchemas)
      },
      attributes: attributeTree(ProductOrderSchema, productOrderSubSchemas),
      example: productOrderExample,
      failures: { patch: ['notChangeable', 'illegalMove', 'itemsDisagree'], delete: ['notDeletable'] },
      computed: { 'allowedState[]': 'string' },
      eventKinds: domainEventKinds,
      leniencies: [
        {
          schema: 'ProductOrder_Update',
          attribute: 'productOrderItem',
          reason: 'a merge patch names what changes: an order is moved without repeating its items'
        }
      ]
    },
    {
      definition: cancelProductOrderDefinition,
      path: 'cancelProductOrder',
      schemas: {
        resource: CancelProductOrderSchema,
        create: createSchemaOf(CancelProductOrderSchema, { serverSet: ['state', 'effectiveCancellationDate'] }),
        update: updateSchemaOf(CancelProductOrderSchema, productOrderSubSchemas)
      },
      attributes: attributeTree(CancelProductOrderSchema, productOrderSubSchemas),
      example: cancelProductOrderExample,
      operations: ['list', 'create', 'get'],
      failures: { create: ['notFound', 'notCancellable'] },
      eventKinds: ['created', 'stateChanged']
    }
  ]
}
