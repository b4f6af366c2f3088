import type { DomainEvent } from '../events/domain-event.ts'
import type { IdempotentRequest } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { DueWork, WorkKind } from './work-queue.ts'

/** What a change did, as it is answered now and, to a repeated idempotent request, again. */
export interface Outcome {
  readonly kind: 'created' | 'changed' | 'unchanged' | 'deleted'
  /** The resource after the change; before it, when it was deleted. */
  readonly stored: StoredResource
}

export interface RememberedOutcome extends Outcome {
  readonly fingerprint: string
}

/**
 * What a piece of work may do. Reads see what was committed before it, and what it wrote itself. What it has read it reads the same again:
 * what it decided by is what its writes replace, or nothing.
 */
export interface Transaction {
  /** However often it is read, it is what it was the first time, unless this work has written it. */
  get(definition: ResourceDefinition, id: string): Promise<StoredResource | undefined>
  /** Returns what will be stored, with revision 1. */
  insert(definition: ResourceDefinition, resource: Resource): StoredResource
  /** Replaces `current`, which must still be what is stored when the work is committed; otherwise the work runs again. */
  update(definition: ResourceDefinition, current: StoredResource, resource: Resource): StoredResource
  delete(definition: ResourceDefinition, current: StoredResource): void
  /** Stores an event together with what it tells of. Events of one transaction keep their order. */
  publish(event: DomainEvent): void
  /** Has work done when it is due, in place of what is scheduled of this kind and id; whoever has claimed that has lost the claim. */
  schedule(work: DueWork): void
  /** Takes away what is scheduled, if anything is. */
  unschedule(kind: WorkKind, id: string): void
  /** The outcome of the same request, if it was committed in the last 24 hours (`IDEMPOTENCY_RETENTION_MS`). */
  recall(request: IdempotentRequest): Promise<RememberedOutcome | undefined>
  remember(request: IdempotentRequest, outcome: Outcome): void
}

/**
 * Commits what `work` writes as a whole, durably, before the promise resolves; or nothing, when it throws.
 *
 * `work` may run more than once (when someone else changed what it read) and must do nothing but decide, read and write through
 * the transaction: no network, no timers, no effects outside. When it throws although others have committed between what it read, it runs
 * again as well: what it threw for may never have been so.
 *
 * @throws {DomainError} `unavailable` when the store can't take writes now; whatever `work` throws
 */
export interface UnitOfWork {
  run<T>(tenant: string, work: (transaction: Transaction) => Promise<T>): Promise<T>
}
