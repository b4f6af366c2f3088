import { type DomainEventKind, domainEventKinds, type EventQuery, type StoredEvent } from '@crm-lite/domain'
import { badQuery, invalidValue } from '../query/bad-query.ts'
import type { QueryParameter } from '../query/index.ts'
import { wholeNumber } from '../query/parse-selection.ts'
import { eventInstant } from '../representation/event-instant.ts'
import type { ToldResources } from './told-resource.ts'

/** Which events a client of the list or the stream wants to see. */
export interface EventSelection {
  /** What the log can narrow down by itself. */
  readonly query: Omit<EventQuery, 'after' | 'limit'>
  /** All of it, whether an event was read with `query` or without. */
  wants(event: StoredEvent): boolean
  /** Behind which event to begin. */
  readonly after: string | undefined
  readonly limit: number
}

export const DEFAULT_EVENT_LIMIT = 100
export const MAX_EVENT_LIMIT = 1_000

const PARAMETERS = ['eventType', 'resource.type', 'resource.id', 'from', 'to', 'after', 'limit'] as const
type Parameter = (typeof PARAMETERS)[number]

/**
 * Reads `eventType` and `resource.type` (lists, separated by commas or repeated), `resource.id`, `from` and `to` (a half open range of
 * `eventTime`), `after` and `limit`.
 *
 * @throws {ApiError} 400 `unknownParameter`, `invalidValue`
 */
export function parseEventSelection(parameters: readonly QueryParameter[], resources: ToldResources): EventSelection {
  const values = valuesByName(parameters)
  const told = [...resources].flatMap(([resource, { eventTypes, binding }]) =>
    domainEventKinds.flatMap(kind => {
      const eventType = eventTypes[kind]
      return eventType === undefined ? [] : [{ resource, kind, eventType, type: binding.definition.type }]
    })
  )
  const isType = oneOfThe(values, 'resource.type', new Set(told.map(({ type }) => type)))
  const isEventType = oneOfThe(values, 'eventType', new Set(told.map(({ eventType }) => eventType)))
  const wanted = told.filter(({ type, eventType }) => isType(type) && isEventType(eventType))
  const resourceId = single(values, 'resource.id')
  const from = instant(values, 'from')
  const to = instant(values, 'to')
  const limit = single(values, 'limit')
  const kinds = [...new Set(wanted.map(({ kind }) => kind))]
  return {
    query: {
      resources: [...new Set(wanted.map(({ resource }) => resource))],
      ...(kinds.length < domainEventKinds.length && { kinds }),
      ...(resourceId !== undefined && { resourceId }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to })
    },
    wants: wantsOnly(wanted, { resourceId, from, to }),
    after: single(values, 'after'),
    limit: limit === undefined ? DEFAULT_EVENT_LIMIT : wholeNumber('limit', limit, 1, MAX_EVENT_LIMIT)
  }
}

interface Bounds {
  readonly resourceId: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
}

function wantsOnly(
  wanted: readonly { readonly resource: string; readonly kind: DomainEventKind }[],
  { resourceId, from, to }: Bounds
): EventSelection['wants'] {
  const pairs = new Set(wanted.map(({ resource, kind }) => `${resource} ${kind}`))
  return event =>
    pairs.has(`${event.resource} ${event.kind}`) &&
    (resourceId === undefined || event.resourceId === resourceId) &&
    (from === undefined || event.at >= from) &&
    (to === undefined || event.at < to)
}

type Values = ReadonlyMap<string, readonly string[]>

function valuesByName(parameters: readonly QueryParameter[]): Values {
  const known: ReadonlySet<string> = new Set(PARAMETERS)
  const values = new Map<string, string[]>()
  for (const { name, value = '' } of parameters) {
    if (!known.has(name)) throw badQuery(name, 'unknownParameter', `events take the parameters ${PARAMETERS.join(', ')} only`)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return values
}

function oneOfThe(values: Values, name: Parameter, known: ReadonlySet<string>): (each: string) => boolean {
  const wanted = values.get(name)?.flatMap(value => value.split(','))
  if (!wanted) return () => true
  if (!wanted.every(each => known.has(each))) throw invalidValue(name, `must be one of ${[...known].join(', ')}`)
  return each => wanted.includes(each)
}

function single(values: Values, name: Parameter): string | undefined {
  const [value, ...more] = values.get(name) ?? []
  if (more.length > 0) throw invalidValue(name, 'is given more than once')
  return value
}

function instant(values: Values, name: Parameter): string | undefined {
  const text = single(values, name)
  // A raw + has become a blank.
  const found = text === undefined ? undefined : eventInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'))
  if (text !== undefined && found === undefined)
    throw invalidValue(name, 'must be a date (2026-01-31) or a date-time (2026-01-31T09:00:00Z)')
  return found
}
