import { type DomainEventKind, type FieldSelection, type StoredEvent, selectFields } from '@crm-lite/domain'
import { resourceText } from '../representation/resource-text.ts'
import { eventTypeOf, type ToldResource } from './told-resource.ts'

const titles: Readonly<Record<DomainEventKind, string>> = {
  created: 'created',
  attributesChanged: 'attributes changed',
  stateChanged: 'state changed',
  deleted: 'deleted',
  milestone: 'milestone',
  jeopardyAlert: 'jeopardy alert',
  errorMessage: 'error message'
}

/**
 * Everything of a notification but its payload. Who is told of changed attributes gets to know which ones, and finds the resource's id in
 * the payload only.
 *
 * @source TMF629 and TMF632 v4.0.0, `CustomerCreateEvent` and its like; the spelling of `timeOcurred` is theirs
 */
export function notificationHead(told: ToldResource, event: StoredEvent): Record<string, string> {
  const { api, binding, hrefBase } = told
  const place =
    event.kind === 'attributesChanged'
      ? { fieldPath: event.changedPaths.join(',') }
      : { id: event.resourceId, href: `${hrefBase}${event.resourceId}` }
  return {
    ...place,
    eventId: event.id,
    eventTime: event.at,
    eventType: eventTypeOf(told, event),
    correlationId: event.correlationId,
    domain: api.title,
    title: `${binding.definition.type} ${titles[event.kind]}`,
    timeOcurred: event.at
  }
}

/** The payload: the whole resource under its name, as the text that was stored. */
export function payloadText({ hrefBase }: ToldResource, event: StoredEvent): string {
  const stored = { id: event.resourceId, revision: event.revision, document: event.document }
  return `{"${event.resource}":${resourceText(hrefBase, stored, undefined)}}`
}

/**
 * An event as the subscribers of an API are told of it: JSON. Only where some fields are wanted is the resource parsed.
 *
 * @param fields paths from the top of the notification; what identifies the event and the resource always comes along
 */
export function notificationText(told: ToldResource, event: StoredEvent, fields: FieldSelection): string {
  const { payloadName } = told.api
  const text = withMember(JSON.stringify(notificationHead(told, event)), payloadName, payloadText(told, event))
  if (!fields) return text
  const identity = ['id', 'href', '@type'].map(name => [payloadName, event.resource, name])
  const always = [['eventId'], ['eventTime'], ['eventType'], ...identity]
  return JSON.stringify(selectFields(JSON.parse(text) as Record<string, unknown>, [...always, ...fields]))
}

/** An object's text with one member more. */
export function withMember(object: string, name: string, value: string): string {
  return `${object.slice(0, -1)},"${name}":${value}}`
}
