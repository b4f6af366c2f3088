import type { DomainEvent } from '../../events/domain-event.ts'
import type { IdempotentRequest } from '../../kernel/request-context.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../../kernel/resource.ts'
import type { Outcome, RememberedOutcome, Transaction } from '../../ports/unit-of-work.ts'
import type { DueWork, WorkKind } from '../../ports/work-queue.ts'
import { storedPlainly } from '../stored-plainly.ts'

/** One thing that a piece of work writes, in the order in which it does. */
export type Write =
  | {
      readonly kind: 'insert'
      readonly definition: ResourceDefinition
      readonly stored: StoredResource
      readonly resource: Resource
    }
  | {
      readonly kind: 'update'
      readonly definition: ResourceDefinition
      readonly before: StoredResource
      readonly stored: StoredResource
      readonly resource: Resource
    }
  | { readonly kind: 'delete'; readonly definition: ResourceDefinition; readonly before: StoredResource }
  | { readonly kind: 'publish'; readonly event: DomainEvent }
  | { readonly kind: 'schedule'; readonly work: DueWork }
  | { readonly kind: 'unschedule'; readonly work: Pick<DueWork, 'kind' | 'id'> }
  | { readonly kind: 'remember'; readonly request: IdempotentRequest; readonly outcome: Outcome }

/** What a draft reads of what is committed. */
export interface DraftReader {
  get(definition: ResourceDefinition, id: string): Promise<StoredResource | undefined>
  recall(request: IdempotentRequest): Promise<RememberedOutcome | undefined>
}

interface Read {
  readonly definition: ResourceDefinition
  readonly id: string
  readonly stored: Promise<StoredResource | undefined>
}

/** A transaction that reads what is committed at that moment and keeps what it writes to itself, as the writer on PostgreSQL does. */
export class Draft implements Transaction {
  readonly writes: Write[] = []
  readonly #reader: DraftReader
  readonly #read = new Map<string, Read>()
  readonly #written = new Map<string, StoredResource | undefined>()
  /** What was stored of each resource before it was written first. */
  readonly expected = new Map<
    string,
    { readonly definition: ResourceDefinition; readonly id: string; readonly revision: number }
  >()

  constructor(reader: DraftReader) {
    this.#reader = reader
  }

  async get(definition: ResourceDefinition, id: string): Promise<StoredResource | undefined> {
    const key = keyOf(definition, id)
    if (this.#written.has(key)) return this.#written.get(key)
    const read = this.#read.get(key) ?? { definition, id, stored: this.#reader.get(definition, id) }
    this.#read.set(key, read)
    return read.stored
  }

  /** Whether others have committed between its reads. */
  async isTorn(reader: Pick<DraftReader, 'get'>): Promise<boolean> {
    if (this.#read.size < 2) return false
    for (const { definition, id, stored } of this.#read.values()) {
      if ((await reader.get(definition, id))?.revision !== (await stored)?.revision) return true
    }
    return false
  }

  insert(definition: ResourceDefinition, resource: Resource): StoredResource {
    const key = keyOf(definition, resource.id)
    if (this.#written.get(key)) throw new Error('the id is taken')
    const stored = storedPlainly(resource, 1)
    this.#expect(definition, resource.id, 0)
    this.#written.set(key, stored)
    this.writes.push({ kind: 'insert', definition, stored, resource })
    return stored
  }

  update(definition: ResourceDefinition, current: StoredResource, resource: Resource): StoredResource {
    const stored = storedPlainly(resource, current.revision + 1)
    this.#expect(definition, current.id, current.revision)
    this.#written.set(keyOf(definition, current.id), stored)
    this.writes.push({ kind: 'update', definition, before: current, stored, resource })
    return stored
  }

  delete(definition: ResourceDefinition, current: StoredResource): void {
    this.#expect(definition, current.id, current.revision)
    this.#written.set(keyOf(definition, current.id), undefined)
    this.writes.push({ kind: 'delete', definition, before: current })
  }

  publish(event: DomainEvent): void {
    this.writes.push({ kind: 'publish', event })
  }

  schedule(work: DueWork): void {
    this.writes.push({ kind: 'schedule', work })
  }

  unschedule(kind: WorkKind, id: string): void {
    this.writes.push({ kind: 'unschedule', work: { kind, id } })
  }

  recall(request: IdempotentRequest): Promise<RememberedOutcome | undefined> {
    return this.#reader.recall(request)
  }

  remember(request: IdempotentRequest, outcome: Outcome): void {
    this.writes.push({ kind: 'remember', request, outcome })
  }

  #expect(definition: ResourceDefinition, id: string, revision: number): void {
    const key = keyOf(definition, id)
    if (!this.#written.has(key)) this.expected.set(key, { definition, id, revision })
  }
}

export function keyOf({ name }: Pick<ResourceDefinition, 'name'>, id: string): string {
  return `${name}/${id}`
}
