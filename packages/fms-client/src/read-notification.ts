import type { FmsFailure, FmsNotification, FmsResult, JsonObject, JsonValue } from '@crm-lite/domain'
import { isNotification, isPartOfServiceOrder, type NotificationAnswer } from './answer-schemas.ts'
import { isObject, tidied } from './json.ts'
import { instantOf, readCancellation, reportOf } from './read-order.ts'
import { readAs } from './reading.ts'

type Change = FmsNotification['change']

/** The names of the events without `Event` (v4) or `Notification` (v3). Those of tasks to cancel are read as those of orders. */
const changes: Readonly<Record<string, Change>> = {
  ServiceOrderCreate: 'created',
  ServiceOrderCreation: 'created',
  ServiceOrderStateChange: 'stateChanged',
  ServiceOrderStatusChange: 'stateChanged',
  ServiceOrderAttributeValueChange: 'attributesChanged',
  ServiceOrderMilestone: 'milestone',
  ServiceOrderJeopardy: 'jeopardy',
  ServiceOrderJeopardyAlert: 'jeopardy',
  ServiceOrderInformationRequired: 'informationRequired',
  ServiceOrderDelete: 'deleted',
  ServiceOrderRemove: 'deleted'
}

/**
 * Reads the body of a callback, of v4 and of v3. Whoever takes it answers 201 whatever came of it; only the address it came to says
 * whether it comes from the FMS.
 *
 * @param eventName the last part of the path it came to (`serviceOrderStateChangeEvent`), for those that say nothing in the body
 */
export function readNotification(body: unknown, eventName = ''): FmsResult<FmsNotification> {
  const json = tidied(body)
  if (json.kind !== 'ok') return failed(json.code)
  if (!isNotification(json.value)) return failed('invalidAnswer')
  // What is valid has come out of `tidied`, so that all of it is JSON.
  const subject = subjectOf(json.value as JsonObject)
  const envelope = envelopeOf(json.value, eventName)
  if (subject.cancellation !== undefined) return cancellationNotice(envelope, subject.cancellation)
  return orderNotice(envelope, subject.order)
}

type Envelope = Pick<FmsNotification, 'eventType' | 'change' | 'eventId' | 'eventTime'>

function envelopeOf(notification: NotificationAnswer, eventName: string): Envelope {
  const eventType = notification.eventType || eventName.replace(/^[a-z]/, first => first.toUpperCase())
  const plain = eventType.replace(/(Event|Notification)$/, '').replace(/^Cancel/, '')
  const eventTime = instantOf(notification.eventTime)
  return {
    eventType: eventType.slice(0, 100),
    // Something has happened, even if we do not know the word for it.
    change: changes[plain] ?? 'attributesChanged',
    ...(notification.eventId !== undefined && { eventId: String(notification.eventId) }),
    ...(eventTime !== undefined && { eventTime })
  }
}

interface Subject {
  readonly order?: JsonValue
  readonly cancellation?: JsonValue
}

/** `event: {serviceOrder: {...}}` as a rule; some put the order there without its name, or under `resource`. */
function subjectOf(body: JsonObject): Subject {
  const holder = [body['event'], body['resource']].find(isObject)
  if (!holder) return {}
  const { serviceOrder, cancelServiceOrder } = holder
  if (cancelServiceOrder !== undefined) return { cancellation: cancelServiceOrder }
  if (holder['@type'] === 'CancelServiceOrder') return { cancellation: holder }
  // A task to cancel holds a serviceOrder as well, which is a reference only.
  if (holder['cancellationReason'] !== undefined && holder['state'] !== undefined && isObject(serviceOrder))
    return { cancellation: holder }
  return { order: serviceOrder ?? holder }
}

function cancellationNotice(envelope: Envelope, value: JsonValue): FmsResult<FmsNotification> {
  const read = readCancellation(value)
  if (read.kind !== 'ok') return failed(read.code)
  const { serviceOrderId } = read.value
  if (serviceOrderId === undefined) return failed('invalidAnswer')
  return { kind: 'ok', value: { ...envelope, serviceOrderId, cancellation: read.value } }
}

function orderNotice(envelope: Envelope, value: JsonValue | undefined): FmsResult<FmsNotification> {
  const read = readAs(value, 'ServiceOrder', isPartOfServiceOrder)
  if (read.kind !== 'ok') return failed(read.code)
  const { id, externalId, state, serviceOrderItem, orderItem } = read.value
  if (id === undefined && externalId === undefined) return failed('invalidAnswer')
  const isWhole = (serviceOrderItem ?? orderItem ?? []).length > 0
  return {
    kind: 'ok',
    value: {
      ...envelope,
      ...(id !== undefined && { serviceOrderId: String(id) }),
      ...(externalId !== undefined && { externalId }),
      ...(id !== undefined && state !== undefined && isWhole && { report: reportOf(read.value, String(id), state) })
    }
  }
}

function failed(code: string): FmsFailure {
  return {
    kind: 'unreadable',
    code,
    retryable: false,
    isOutcomeUnknown: false,
    message: `The callback of the FMS makes no sense: ${code}`
  }
}
