import type { DomainEventKind, StoredEvent } from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Engine, Row } from './dialects/dialect.ts'

/** What `eventOf` reads, of the table `event`. */
export function eventColumns(engine: Engine): RawBuilder<unknown> {
  return sql`${engine.eventOrder.cursor}, tenant, id, kind, resource, resource_id, revision, changed_paths, at, actor, correlation_id,
    traceparent, document`
}

export function eventOf([
  cursor,
  tenant,
  id,
  kind,
  resource,
  resourceId,
  revision,
  changedPaths,
  at,
  actor,
  correlationId,
  traceparent,
  document
]: Row): StoredEvent {
  return {
    cursor: String(cursor),
    tenant: String(tenant),
    id: String(id),
    kind: kind as DomainEventKind,
    resource: String(resource),
    resourceId: String(resourceId),
    revision: Number(revision),
    changedPaths: JSON.parse(String(changedPaths)) as string[],
    at: String(at),
    actor: String(actor),
    correlationId: String(correlationId),
    ...(traceparent !== null && { traceparent: String(traceparent) }),
    document: String(document)
  }
}
