import { changedPaths } from '../kernel/changes.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { DomainEvent, DomainEventKind, NoticeKind } from './domain-event.ts'

/** What an event needs besides the change itself. */
export interface EventSource {
  readonly nextId: () => string
  /** An ISO 8601 instant. */
  readonly at: string
  readonly context: RequestContext
}

export function creationEvents(source: EventSource, definition: ResourceDefinition, stored: StoredResource): DomainEvent[] {
  return [eventOf(source, definition, stored, 'created')]
}

export function deletionEvents(source: EventSource, definition: ResourceDefinition, stored: StoredResource): DomainEvent[] {
  return [eventOf(source, definition, stored, 'deleted')]
}

/** Attributes first, then the state; nothing where nothing changed. */
export function changeEvents(
  source: EventSource,
  definition: ResourceDefinition,
  { before, after, stored }: { before: Resource; after: Resource; stored: StoredResource }
): DomainEvent[] {
  const { stateAttribute } = definition
  const paths = changedPaths(before, after)
  const attributes = paths.filter(path => path !== stateAttribute)
  const events: DomainEvent[] = []
  if (attributes.length > 0) events.push(eventOf(source, definition, stored, 'attributesChanged', attributes))
  if (attributes.length < paths.length) events.push(eventOf(source, definition, stored, 'stateChanged'))
  return events
}

/** What is told besides the change: a part of the resource, as it is after the change. */
export function noticeEvent(
  source: EventSource,
  definition: ResourceDefinition,
  stored: StoredResource,
  { kind, ...part }: { readonly kind: NoticeKind } & Readonly<Record<string, unknown>>
): DomainEvent {
  const document = JSON.stringify({ id: stored.id, '@type': definition.type, ...part })
  return eventOf(source, definition, { ...stored, document }, kind)
}

function eventOf(
  { nextId, at, context }: EventSource,
  definition: ResourceDefinition,
  stored: StoredResource,
  kind: DomainEventKind,
  changed: readonly string[] = []
): DomainEvent {
  return {
    id: nextId(),
    kind,
    resource: definition.name,
    resourceId: stored.id,
    revision: stored.revision,
    changedPaths: changed,
    at,
    actor: context.actor,
    correlationId: context.correlationId,
    ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
    document: stored.document
  }
}
