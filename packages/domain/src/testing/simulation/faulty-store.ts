import { DomainError } from '../../kernel/errors.ts'
import type { IdempotentRequest } from '../../kernel/request-context.ts'
import type { ResourceDefinition, StoredResource } from '../../kernel/resource.ts'
import type { Page, ResourceStore } from '../../ports/resource-store.ts'
import type { RememberedOutcome, Transaction, UnitOfWork } from '../../ports/unit-of-work.ts'
import type { ListQuery } from '../../query/selection.ts'
import { Draft, type DraftReader } from './draft.ts'
import { Clash, Conflict, type SharedStore } from './shared-store.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** How often things go wrong between a process and the store, each from 0 to 1. */
export interface StoreFaults {
  /** It is refused, and nothing is committed. */
  before: number
  /** It is committed, and the answer is lost. */
  after: number
  /** The work is done once for nothing before it counts. */
  twice: number
}

/** `serial`: one piece of work after the other, as on SQLite; `optimistic`: side by side, and again when they clash, as on PostgreSQL. */
export type EngineKind = 'serial' | 'optimistic'

/** As on PostgreSQL. */
const MAX_ATTEMPTS = 60
const MAX_CLASHES = 3

/** The store as one process reaches it: with pauses on the way in which others act, and with faults. */
export class FaultyStore implements UnitOfWork, ResourceStore {
  readonly #shared: SharedStore
  readonly #process: SimulatedProcess
  readonly #engine: EngineKind
  readonly #faults: StoreFaults

  constructor(shared: SharedStore, process: SimulatedProcess, engine: EngineKind, faults: StoreFaults) {
    this.#shared = shared
    this.#process = process
    this.#engine = engine
    this.#faults = faults
  }

  /** Reads what is committed. */
  async get(_tenant: string, definition: ResourceDefinition, id: string): Promise<StoredResource | undefined> {
    await this.#process.pause(0, 2)
    this.#failSometimes(this.#faults.before / 2)
    return this.#shared.get(definition, id)
  }

  async list(tenant: string, definition: ResourceDefinition, query: ListQuery): Promise<Page> {
    await this.#process.pause(0, 2)
    this.#failSometimes(this.#faults.before / 2)
    return this.#shared.memory.list(tenant, definition, query)
  }

  async run<T>(_tenant: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { random } = this.#process
    await this.#process.pause(0, 2)
    this.#failSometimes(this.#faults.before)
    if (random.chance(this.#faults.twice)) await work(new Draft(this.#shared)).catch(() => undefined)
    const result = this.#engine === 'serial' ? await this.#alone(work) : await this.#sideBySide(work)
    await this.#process.pause(0, 2)
    this.#failSometimes(this.#faults.after)
    return result
  }

  #alone<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#shared.alone(async () => {
      const draft = new Draft(this.#shared)
      const result = await work(draft)
      await this.#shared.commit(draft)
      return result
    })
  }

  async #sideBySide<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let clashes = 0
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const draft = new Draft(this.#reader())
      try {
        const result = await this.#attempt(work, draft)
        await this.#process.pause(0, 3)
        await this.#shared.alone(() => this.#shared.commit(draft))
        return result
      } catch (error) {
        if (error instanceof Clash) clashes++
        if (!(error instanceof Conflict) || clashes === MAX_CLASHES) throw error
      }
      await this.#process.pause(0, attempt)
    }
    throw new DomainError('unavailable', 'too many concurrent changes of one resource', { retryAfterS: 1 })
  }

  async #attempt<T>(work: (transaction: Transaction) => Promise<T>, draft: Draft): Promise<T> {
    try {
      return await work(draft)
    } catch (cause) {
      if (await draft.isTorn(this.#shared)) throw new Conflict('what was read does not belong together', { cause })
      throw cause
    }
  }

  /** Between two reads others may commit. */
  #reader(): DraftReader {
    const pause = () => (this.#process.random.chance(0.4) ? this.#process.pause(0, 3) : undefined)
    return {
      get: async (definition, id) => {
        await pause()
        return this.#shared.get(definition, id)
      },
      recall: async (request: IdempotentRequest): Promise<RememberedOutcome | undefined> => {
        await pause()
        return this.#shared.recall(request)
      }
    }
  }

  #failSometimes(probability: number): void {
    if (this.#process.random.chance(probability)) throw new DomainError('unavailable', 'the store cannot be reached')
  }
}
