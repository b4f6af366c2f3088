import { individualDefinition, organizationDefinition } from '@crm-lite/domain'
import type { ApiBinding } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { individualExample, organizationExample } from './examples.ts'
import { IndividualSchema, individualSubSchemas } from './individual-schemas.ts'
import { OrganizationSchema, organizationSubSchemas } from './organization-schemas.ts'

export const tmf632v4: ApiBinding = {
  key: 'TMF632_V4',
  document: 'tmf632-v4',
  title: 'Party Management',
  description: 'Parties: individuals and organizations, whatever roles they play.',
  version: '4.0.0',
  path: 'party/v4',
  payloadName: 'event',
  resources: [
    {
      definition: individualDefinition,
      path: 'individual',
      schemas: {
        resource: IndividualSchema,
        create: createSchemaOf(IndividualSchema),
        update: updateSchemaOf(IndividualSchema, individualSubSchemas)
      },
      attributes: attributeTree(IndividualSchema, individualSubSchemas),
      example: individualExample
    },
    {
      definition: organizationDefinition,
      path: 'organization',
      schemas: {
        resource: OrganizationSchema,
        create: createSchemaOf(OrganizationSchema),
        update: updateSchemaOf(OrganizationSchema, organizationSubSchemas)
      },
      attributes: attributeTree(OrganizationSchema, organizationSubSchemas),
      example: organizationExample
    }
  ]
}
