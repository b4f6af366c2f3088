import type {
  JsonValue,
  ServiceCharacteristic,
  ServiceOrderCancellation,
  ServiceOrderError,
  ServiceOrderItemReport,
  ServiceOrderJeopardyAlert,
  ServiceOrderMilestone,
  ServiceOrderReport,
  ServiceReport,
  SupportingResource
} from '@crm-lite/domain'
import {
  type CancellationAnswer,
  type CharacteristicAnswer,
  type ErrorMessageAnswer,
  type ItemAnswer,
  type ItemReferenceAnswer,
  isCancellation,
  isServiceOrder,
  type JeopardyAlertAnswer,
  type MilestoneAnswer,
  type PartOfServiceOrderAnswer,
  type ResourceAnswer,
  type ServiceAnswer
} from './answer-schemas.ts'
import { type Reading, readAs, unreadable } from './reading.ts'

/**
 * @param stateByDefault of an order that says nothing about its state
 */
export function readOrder(value: unknown, stateByDefault?: string): Reading<ServiceOrderReport> {
  const read = readAs(value, 'ServiceOrder', isServiceOrder)
  if (read.kind !== 'ok') return read
  const { id, state = stateByDefault } = read.value
  return state === undefined ? unreadable('invalidAnswer') : { kind: 'ok', value: reportOf(read.value, String(id), state) }
}

export function readCancellation(value: unknown, stateByDefault?: string): Reading<ServiceOrderCancellation> {
  const read = readAs(value, 'CancelServiceOrder', isCancellation)
  if (read.kind !== 'ok') return read
  const { state = stateByDefault } = read.value
  return state === undefined ? unreadable('invalidAnswer') : { kind: 'ok', value: cancellationOf(read.value, state) }
}

export function reportOf(order: PartOfServiceOrderAnswer, id: string, state: string): ServiceOrderReport {
  const items = flat(itemsOf(order))
  const ids = new Set(items.map(item => String(item.id)))
  /** What it is about, of what there is: a reference that leads nowhere is as good as none. */
  const aboutItems = (of: About) => idsOf(of).filter(itemId => ids.has(itemId))
  const { milestone = [], jeopardyAlert = [], errorMessage = [] } = order
  const isAboutOrder = (of: About) => aboutItems(of).length === 0
  return {
    id,
    ...given({ externalId: order.externalId }),
    state,
    items: items.map(item => itemOf(item, state, milestone, errorMessage)),
    milestones: milestone.filter(isAboutOrder).map(milestoneOf),
    jeopardyAlerts: jeopardyAlert.map(alert => jeopardyAlertOf(alert, aboutItems(alert))),
    errorMessages: errorMessage.filter(isAboutOrder).map(errorOf),
    ...given({ completionDate: instantOf(order.completionDate) })
  }
}

interface About {
  readonly serviceOrderItem?: readonly ItemReferenceAnswer[]
}

function idsOf({ serviceOrderItem = [] }: About): string[] {
  return serviceOrderItem.map(({ itemId, id }) => String(itemId ?? id))
}

function itemsOf(holder: Pick<ItemAnswer, 'serviceOrderItem' | 'orderItem'>): readonly ItemAnswer[] {
  return holder.serviceOrderItem ?? holder.orderItem ?? []
}

function flat(items: readonly ItemAnswer[]): readonly ItemAnswer[] {
  return items.flatMap(item => [item, ...flat(itemsOf(item))])
}

function itemOf(
  item: ItemAnswer,
  orderState: string,
  milestones: readonly MilestoneAnswer[],
  errors: readonly ErrorMessageAnswer[]
): ServiceOrderItemReport {
  const id = String(item.id)
  const isAboutIt = (of: About) => idsOf(of).includes(id)
  return {
    id,
    state: item.state ?? orderState,
    ...given({ service: item.service && serviceOf(item.service) }),
    milestones: milestones.filter(isAboutIt).map(milestoneOf),
    errorMessages: [...(item.errorMessage ?? []), ...errors.filter(isAboutIt)].map(errorOf)
  }
}

function serviceOf(service: ServiceAnswer): ServiceReport {
  return {
    ...given({ id: textOf(service.id), name: service.name, state: service.state }),
    characteristics: (service.serviceCharacteristic ?? []).map(characteristicOf),
    supportingResources: (service.supportingResource ?? []).map(resourceOf)
  }
}

/** Attributes of a device that have a place of their own; some systems have them among the characteristics. */
const OWN = ['model', 'serialNumber', 'macAddress'] as const
const KNOWN = new Set<string>(['id', 'href', 'name', 'resourceCharacteristic', 'characteristic', ...OWN])

function resourceOf(resource: ResourceAnswer): SupportingResource {
  const told = [...(resource.resourceCharacteristic ?? []), ...(resource.characteristic ?? [])].map(characteristicOf)
  const isOwn = ({ name }: ServiceCharacteristic) => OWN.some(own => own === name && resource[own] === undefined)
  const characteristics = [...told.filter(each => !isOwn(each) || typeof each.value !== 'string'), ...othersOf(resource)]
  const own = (name: (typeof OWN)[number]) => resource[name] ?? stringIn(told.find(each => each.name === name)?.value)
  return {
    ...given({
      id: textOf(resource.id),
      name: resource.name,
      type: resource['@referredType'] ?? resource['@type'],
      model: own('model'),
      serialNumber: own('serialNumber'),
      macAddress: own('macAddress')
    }),
    ...(characteristics.length > 0 && { characteristics })
  }
}

/** Plain attributes that are in no standard, such as an address. */
function othersOf(resource: ResourceAnswer): ServiceCharacteristic[] {
  return Object.entries(resource as Readonly<Record<string, JsonValue>>)
    .filter(([name, value]) => !KNOWN.has(name) && !name.startsWith('@') && typeof value !== 'object')
    .map(([name, value]) => ({ name, value }))
}

function characteristicOf({ name, value, valueType }: CharacteristicAnswer): ServiceCharacteristic {
  // What is checked has come out of `tidied`.
  return { name, value: (value ?? null) as JsonValue, ...given({ valueType }) }
}

function milestoneOf({ id, name, description, message, milestoneDate, status }: MilestoneAnswer): ServiceOrderMilestone {
  return given({ id: textOf(id), name, description, message, date: instantOf(milestoneDate), status })
}

function jeopardyAlertOf(alert: JeopardyAlertAnswer, itemIds: readonly string[]): ServiceOrderJeopardyAlert {
  return {
    ...given({
      id: textOf(alert.id),
      name: alert.name,
      message: alert.message,
      exception: alert.exception,
      jeopardyType: alert.jeopardyType,
      date: instantOf(alert.alertDate)
    }),
    itemIds
  }
}

function errorOf({ code, reason, message, status, timestamp }: ErrorMessageAnswer): ServiceOrderError {
  return given({ code: textOf(code), reason, message, status: textOf(status), date: instantOf(timestamp) })
}

function cancellationOf(answer: CancellationAnswer, state: string): ServiceOrderCancellation {
  return {
    id: String(answer.id),
    ...given({ serviceOrderId: textOf(answer.serviceOrder?.id) }),
    state,
    ...given({
      message: answer.completionMessage,
      errorMessage: answer.errorMessage && errorOf(answer.errorMessage),
      effectiveDate: instantOf(answer.effectiveCancellationDate)
    })
  }
}

/** What `toISOString` would write, of a day that every month has. */
const AS_WRITTEN_HERE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/
/** What needs no mending. */
const USUAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?([Zz]|[+-]\d{2}:?\d{2})?$/

/**
 * A date-time as systems write them: seconds, colon and zone may be missing, and without a zone it is UTC.
 *
 * @returns ISO 8601 in UTC; undefined when it can't be read, as a date is never worth an order
 */
export function instantOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (AS_WRITTEN_HERE.test(text)) return text
  if (USUAL.test(text)) return instantAt(Date.parse(text))
  const parts = DATE_TIME.exec(text)
  if (!parts) return undefined
  const zone = (parts[2] ?? 'Z').toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  return instantAt(Date.parse(`${parts[1]!.toUpperCase().replace(' ', 'T')}${zone}`))
}

function instantAt(ms: number): string | undefined {
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

function textOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function stringIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** What of it is there. */
function given<T extends object>(all: T): Given<T> {
  const some: Partial<T> = {}
  for (const key of Object.keys(all) as (keyof T)[]) if (all[key] !== undefined) some[key] = all[key]
  return some as Given<T>
}
