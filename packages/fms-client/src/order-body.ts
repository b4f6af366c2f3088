import type {
  JsonObject,
  ServiceCharacteristic,
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  SupportingResource
} from '@crm-lite/domain'

/**
 * A service order as it is sent.
 *
 * @source TMF641 v4.1.0, ServiceOrder_Create; TMF641 v3.0.0
 */
export function orderBody(request: ServiceOrderRequest, version: 'v4' | 'v3'): JsonObject {
  const { items, ...order } = request
  const bodies = items.map(item => itemBody(item, version))
  return version === 'v4'
    ? { '@type': 'ServiceOrder', ...order, serviceOrderItem: bodies }
    : { '@type': 'ServiceOrder', ...order, orderItem: bodies }
}

function itemBody(item: ServiceOrderItemRequest, version: 'v4' | 'v3'): JsonObject {
  const { id, action, requires } = item
  const relationships = requires.map(itemId => relationshipBody(itemId, version))
  const name = version === 'v4' ? 'serviceOrderItemRelationship' : 'orderItemRelationship'
  return { id, action, service: serviceBody(item), ...(relationships.length > 0 && { [name]: relationships }) }
}

const RELATIONSHIP = 'dependsOn'

function relationshipBody(itemId: string, version: 'v4' | 'v3'): JsonObject {
  if (version === 'v3') return { type: RELATIONSHIP, id: itemId }
  // The published schema demands an `id` that it does not define; the text means `itemId`.
  return { relationshipType: RELATIONSHIP, orderItem: { id: itemId, itemId, '@referredType': 'ServiceOrderItem' } }
}

function serviceBody(item: ServiceOrderItemRequest): JsonObject {
  const { serviceId, serviceSpecification, characteristics, supportingResources } = item
  return {
    ...(serviceId !== undefined && { id: serviceId }),
    ...(serviceSpecification && { serviceSpecification: { ...serviceSpecification } }),
    ...(characteristics.length > 0 && { serviceCharacteristic: characteristics.map(characteristicBody) }),
    ...(supportingResources.length > 0 && { supportingResource: supportingResources.map(resourceBody) })
  }
}

function characteristicBody({ name, value, valueType }: ServiceCharacteristic): JsonObject {
  return { name, value, ...(valueType !== undefined && { valueType }) }
}

function resourceBody({ type, characteristics = [], ...resource }: SupportingResource): JsonObject {
  return {
    ...resource,
    ...(type !== undefined && { '@referredType': type }),
    ...(characteristics.length > 0 && { resourceCharacteristic: characteristics.map(characteristicBody) })
  }
}
