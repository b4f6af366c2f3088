import type { ServiceCharacteristic, ServiceOrderItemReport, ServiceOrderReport, SupportingResource } from '@crm-lite/domain'

/** A service order as an FMS writes it, in v4.1. */
export function orderJson(order: ServiceOrderReport): Record<string, unknown> {
  const { items, milestones, jeopardyAlerts, errorMessages, ...rest } = order
  const ofItems = items.flatMap(item => item.milestones.map(milestone => milestoneJson(milestone, [item.id])))
  return {
    '@type': 'ServiceOrder',
    ...rest,
    href: `https://fms.example/serviceOrder/${order.id}`,
    serviceOrderItem: items.map(itemJson),
    milestone: [...ofItems, ...milestones.map(milestone => milestoneJson(milestone, []))],
    jeopardyAlert: jeopardyAlerts.map(({ date, itemIds, ...alert }) => ({ ...alert, alertDate: date, ...references(itemIds) })),
    errorMessage: errorMessages.map(({ date, ...error }) => ({ ...error, timestamp: date }))
  }
}

/** The same in v3, which knows neither milestones nor alerts nor errors. */
export function olderOrderJson({ id, externalId, state, completionDate, items }: ServiceOrderReport): Record<string, unknown> {
  const orderItem = items.map(item => itemJson({ ...item, milestones: [], errorMessages: [] }))
  return { '@type': 'ServiceOrder', id, externalId, state, completionDate, orderItem }
}

function itemJson(item: ServiceOrderItemReport): Record<string, unknown> {
  const { id, state, service, errorMessages } = item
  const { characteristics = [], supportingResources = [], ...known } = service ?? {}
  return {
    id,
    state,
    action: 'add',
    service: {
      ...known,
      serviceCharacteristic: characteristics.map(characteristicJson),
      supportingResource: supportingResources.map(resourceJson)
    },
    errorMessage: errorMessages.map(({ date, ...error }) => ({ ...error, timestamp: date }))
  }
}

function resourceJson({ type, characteristics = [], ...resource }: SupportingResource): Record<string, unknown> {
  return { ...resource, '@referredType': type, resourceCharacteristic: characteristics.map(characteristicJson) }
}

const characteristicJson = ({ name, value, valueType }: ServiceCharacteristic) => ({ name, value, valueType })

function milestoneJson({ date, ...milestone }: ServiceOrderReport['milestones'][number], itemIds: readonly string[]) {
  return { ...milestone, milestoneDate: date, ...references(itemIds) }
}

const references = (ids: readonly string[]) => ({ serviceOrderItem: ids.map(itemId => ({ itemId })) })
