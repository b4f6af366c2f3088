import { everything, type FieldSelection, type Filter, matches, type StoredEvent } from '@crm-lite/domain'
import type { AttributeNode, AttributeTree } from '../binding.ts'
import { withExtensions } from '../query/attribute-lookup.ts'
import { badQuery, invalidValue } from '../query/bad-query.ts'
import { findPattern, parseFilter, parseItemQuery, parseQueryString, SELECTION_PARAMETERS } from '../query/index.ts'
import { notificationHead } from './notification.ts'
import { aboutTheNamedResources, comparedEventTypes, looksInto } from './notification-filter.ts'
import { isTold, type TellingOptions, type ToldResource, type ToldResources } from './told-resource.ts'

/** Which events somebody wants to be told of, and what of them. */
export interface HubQuery {
  wants(event: StoredEvent): boolean
  /** Paths from the top of the notification. */
  readonly fields: FieldSelection
}

/**
 * Reads the `query` of a subscription. It is written like the query string of a list, percent-encoded where it must be, about the
 * notification: `eventType=CustomerCreateEvent&event.customer.status=active&fields=eventType,event.customer.name`.
 *
 * - Filters are those of lists (see `parseFilter`). One on `event.individual` holds for events about individuals only, negated or not.
 * - `eventType` is compared with what this API does send: another name is refused, as nobody would ever be told of it.
 * - `fields` are paths from the top of the notification.
 *
 * @throws {ApiError} 400 `invalidValue`, `unknownAttribute`, `unknownParameter`, each with the name of the condition
 */
export function parseHubQuery(query: string, resources: ToldResources, extensions: TellingOptions['extensions']): HubQuery {
  // A query string arrives as bytes: this one came as text in a body.
  const parameters = parseQueryString(Buffer.from(query.replace(/^\?/, '')).toString('latin1'))
  const attributes = attributesOf(resources, extensions)
  const conditions = parameters.filter(({ name }) => name !== 'fields')
  const misplaced = conditions.find(({ name }) => SELECTION_PARAMETERS.has(name))
  if (misplaced) throw badQuery(misplaced.name, 'unknownParameter', 'events are neither sorted nor paged')
  const fields = parseItemQuery(
    parameters.filter(({ name }) => name === 'fields'),
    { attributes }
  )
  const filter = parseFilter(conditions, { attributes })
  checkEventTypes(filter, resources)
  return { wants: wantsBy(filter, resources), fields }
}

/** Events about what the API serves, all of them. */
export function everyEventOf(resources: ToldResources): HubQuery {
  return { wants: event => isTold(resources, event), fields: undefined }
}

function wantsBy(filter: Filter, resources: ToldResources): HubQuery['wants'] {
  if (filter === everything) return everyEventOf(resources).wants
  const names = new Set([...resources.values()].map(({ api }) => api.payloadName))
  const withPayload = [...names].some(name => looksInto(filter, name))
  const scoped = [...names].reduce(aboutTheNamedResources, filter)
  return event => {
    const told = resources.get(event.resource)
    if (!told || !isTold(resources, event)) return false
    const head = notificationHead(told, event)
    const notification = withPayload ? { ...head, [told.api.payloadName]: payloadOf(told, event) } : head
    return matches(scoped, notification, findPattern)
  }
}

const parsed = new WeakMap<StoredEvent, object>()

/** Parsed once for however many subscriptions ask. */
function payloadOf({ hrefBase }: ToldResource, event: StoredEvent): Record<string, unknown> {
  const resource = parsed.get(event) ?? (JSON.parse(event.document) as object)
  parsed.set(event, resource)
  return { [event.resource]: { ...resource, href: `${hrefBase}${event.resourceId}` } }
}

function checkEventTypes(filter: Filter, resources: ToldResources): void {
  const known = new Set([...resources.values()].flatMap(({ eventTypes }) => Object.values(eventTypes)))
  if (comparedEventTypes(filter).every(each => known.has(each))) return
  throw invalidValue('eventType', `must be one of ${[...known].join(', ')}`)
}

const text: AttributeNode = { type: 'string', many: false }
const instant: AttributeNode = { type: 'dateTime', many: false }

function attributesOf(resources: ToldResources, extensions: TellingOptions['extensions']): AttributeTree {
  const payloads: Record<string, Record<string, AttributeNode>> = {}
  for (const [name, { api, binding }] of resources) {
    const attributes = withExtensions(binding.attributes, extensions[name])
    payloads[api.payloadName] = { ...payloads[api.payloadName], [name]: { type: 'object', many: false, attributes } }
  }
  const head = { eventTime: instant, timeOcurred: instant }
  const texts = ['id', 'href', 'eventId', 'eventType', 'correlationId', 'domain', 'title', 'fieldPath']
  const wholes = Object.entries(payloads).map(([name, attributes]) => [name, { type: 'object', many: false, attributes }])
  return Object.assign(Object.create(null), head, Object.fromEntries(texts.map(name => [name, text])), Object.fromEntries(wholes))
}
