import { orderItemActions } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { dateTime, freeValue, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { shape } from '../../schema/entity.ts'

export const ServiceCharacteristic = shape('ServiceCharacteristic', 'A property of a service or of a device.', {
  mandatory: {
    name: text('As the FMS knows it.', 'downstream'),
    value: freeValue('Any JSON value.', '500')
  },
  optional: { valueType: text('Of which type the value is.', 'string') }
})

export const SupportingResource = shape(
  'SupportingResource',
  'A device: asked for by its model, say, and told with its serial number.',
  {
    optional: {
      id: text('At the FMS.', 'device-7'),
      name: text('What it is called.', 'Router at home'),
      type: text('What it is.', 'Router'),
      model: text('Which model.', 'FB-7590'),
      serialNumber: text('Which one.', 'SN-0042'),
      macAddress: text('Its address in the network.', '00:00:5e:00:53:01'),
      characteristics: many(ServiceCharacteristic, 'Everything else about it.')
    }
  }
)

export const ServiceSpecificationRef = shape('ServiceSpecificationRef', 'What kind of service is meant.', {
  mandatory: { id: text('Its id at the FMS.', 'home-router') },
  optional: { name: text('What it is called.', 'Router at home'), version: text('Which version of it.', '1.0') }
})

export const ServiceOrderItemRequest = shape('ServiceOrderItemRequest', 'One thing that the FMS is asked to do.', {
  mandatory: {
    id: text('Unique in the service order.', 'router'),
    action: oneOf(orderItemActions, 'What is to be done with the service.'),
    characteristics: many(ServiceCharacteristic, 'What is said about the service.'),
    supportingResources: many(SupportingResource, 'The devices that it needs.'),
    requires: Type.Array(text('The id of another item.', 'line'), { description: 'What must be done before.' })
  },
  optional: {
    serviceId: text('The service that is changed or deleted.', 'service-9'),
    serviceSpecification: ref(ServiceSpecificationRef)
  }
})

export const ServiceOrderRequest = shape('ServiceOrderRequest', 'What the FMS is asked to do, in one service order.', {
  mandatory: {
    externalId: text('What it is found again by at the FMS.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20:1:1'),
    items: many(ServiceOrderItemRequest, 'What is to be done.')
  },
  optional: {
    description: text('For people.', 'Fibre at home'),
    category: text('Of the order.', 'B2C'),
    requestedStartDate: dateTime('When it should begin.'),
    requestedCompletionDate: dateTime('When it should be done.')
  }
})

export const serviceOrderSchemas = [
  ServiceCharacteristic,
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  ServiceSpecificationRef,
  SupportingResource
]
