import { calendarDefinition, journeyDefinition, journeySpecificationDefinition, orderHistoryDefinition } from '@crm-lite/domain'
import type { ApiBinding, NamedSchema } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { productOrderSubSchemas } from '../tmf622-product-ordering/schemas.ts'
import { CalendarSchema, calendarSubSchemas } from './calendar-schemas.ts'
import { commandSchemas } from './command-schemas.ts'
import { calendarExample, journeyExample, journeySpecificationExample, orderHistoryExample } from './examples.ts'
import { explanationSchemas } from './explanation-schemas.ts'
import { falloutCommandSchemas } from './fallout-command-schemas.ts'
import { JourneySchema, journeySubSchemas, OrderHistorySchema } from './journey-schemas.ts'
import { falloutBinding, fulfilmentBinding, provisioningRuleBinding, provisioningSubSchemas } from './provisioning-bindings.ts'
import { simulationSchemas } from './simulation-schemas.ts'
import { JourneySpecificationSchema, specificationSubSchemas } from './specification-schemas.ts'
import { trackingTokenBinding } from './tracking-token-binding.ts'

/** Everything that the schemas of this API refer to. */
export const orderJourneySubSchemas: readonly NamedSchema[] = [
  ...calendarSubSchemas,
  ...commandSchemas,
  ...explanationSchemas,
  ...falloutCommandSchemas,
  ...journeySubSchemas,
  ...productOrderSubSchemas,
  ...provisioningSubSchemas,
  ...simulationSchemas,
  ...specificationSubSchemas
]

/** What orders go through, beyond what is standard. */
export const orderJourneyV1: ApiBinding = {
  key: 'ORDER_JOURNEY_V1',
  document: 'order-journey-v1',
  title: 'Order Journey',
  description:
    'How orders proceed, how far each of them is, what is provisioned for it, and what happened to it. An extension of our own.',
  version: '1.0.0',
  path: 'orderJourney/v1',
  isExtension: true,
  payloadName: 'event',
  resources: [
    {
      definition: journeySpecificationDefinition,
      path: 'journeySpecification',
      schemas: {
        resource: JourneySpecificationSchema,
        create: createSchemaOf(JourneySpecificationSchema, {
          serverSet: ['version', 'lifecycleStatus', 'activatedAt', 'retiredAt', 'lint']
        }),
        update: updateSchemaOf(JourneySpecificationSchema, orderJourneySubSchemas)
      },
      attributes: attributeTree(JourneySpecificationSchema, orderJourneySubSchemas),
      example: journeySpecificationExample,
      failures: { patch: ['notChangeable'], delete: ['notDeletable'] }
    },
    {
      definition: calendarDefinition,
      path: 'calendar',
      schemas: {
        resource: CalendarSchema,
        create: createSchemaOf(CalendarSchema),
        update: updateSchemaOf(CalendarSchema, orderJourneySubSchemas)
      },
      attributes: attributeTree(CalendarSchema, orderJourneySubSchemas),
      example: calendarExample,
      failures: { delete: ['notDeletable'] }
    },
    {
      definition: journeyDefinition,
      path: 'journey',
      schemas: {
        resource: JourneySchema,
        create: createSchemaOf(JourneySchema),
        update: updateSchemaOf(JourneySchema, orderJourneySubSchemas)
      },
      attributes: attributeTree(JourneySchema, orderJourneySubSchemas),
      example: journeyExample,
      operations: ['list', 'get'],
      eventKinds: []
    },
    {
      definition: orderHistoryDefinition,
      path: 'history',
      schemas: {
        resource: OrderHistorySchema,
        create: createSchemaOf(OrderHistorySchema),
        update: updateSchemaOf(OrderHistorySchema, orderJourneySubSchemas)
      },
      attributes: attributeTree(OrderHistorySchema, orderJourneySubSchemas),
      example: orderHistoryExample,
      operations: ['list', 'get'],
      eventKinds: []
    },
    trackingTokenBinding,
    provisioningRuleBinding,
    fulfilmentBinding,
    falloutBinding
  ]
}
