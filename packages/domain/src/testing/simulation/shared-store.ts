import type { IdempotentRequest } from '../../kernel/request-context.ts'
import type { ResourceDefinition, StoredResource } from '../../kernel/resource.ts'
import type { RememberedOutcome, Transaction } from '../../ports/unit-of-work.ts'
import type { MemoryStore } from '../memory-store.ts'
import type { Draft, Write } from './draft.ts'

/** Somebody else has changed what a draft is about. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
}

/** Somebody else has made what a draft makes. */
export class Clash extends Conflict {}

/** What all processes share: commits one after the other, each seen by whoever watches the moment that it counts. */
export class SharedStore {
  readonly memory: MemoryStore
  readonly #tenant: string
  readonly #onCommit: (writes: readonly Write[]) => void
  #last: Promise<unknown> = Promise.resolve()

  constructor(memory: MemoryStore, tenant: string, onCommit: (writes: readonly Write[]) => void) {
    this.memory = memory
    this.#tenant = tenant
    this.#onCommit = onCommit
  }

  get(definition: ResourceDefinition, id: string): Promise<StoredResource | undefined> {
    return this.memory.get(this.#tenant, definition, id)
  }

  async recall(request: IdempotentRequest): Promise<RememberedOutcome | undefined> {
    return this.memory.run(this.#tenant, transaction => transaction.recall(request))
  }

  /** Nobody else commits meanwhile. What is done must need nothing but the store. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /**
   * To be called alone.
   *
   * @throws {Conflict} when somebody else has changed or made what is written, or has done the same request
   */
  async commit(draft: Draft): Promise<void> {
    const { writes } = draft
    if (writes.length === 0) return
    await this.memory.run(this.#tenant, async transaction => {
      for (const { definition, id, revision } of draft.expected.values()) {
        const stored = await transaction.get(definition, id)
        if (revision === 0 && stored) throw new Clash(`${definition.name} ${id} is there already`)
        if ((stored?.revision ?? 0) !== revision) throw new Conflict(`${definition.name} ${id}`)
      }
      for (const write of writes) {
        if (write.kind === 'remember' && (await transaction.recall(write.request))) throw new Conflict('the same request')
      }
      for (const write of writes) carryOut(transaction, write)
    })
    this.#onCommit(writes)
  }
}

function carryOut(transaction: Transaction, write: Write): void {
  switch (write.kind) {
    case 'insert':
      transaction.insert(write.definition, write.resource)
      return
    case 'update':
      transaction.update(write.definition, write.before, write.resource)
      return
    case 'delete':
      transaction.delete(write.definition, write.before)
      return
    case 'publish':
      transaction.publish(write.event)
      return
    case 'schedule':
      transaction.schedule(write.work)
      return
    case 'unschedule':
      transaction.unschedule(write.work.kind, write.work.id)
      return
    case 'remember':
      transaction.remember(write.request, write.outcome)
      return
    default:
      write satisfies never
  }
}
