import { DomainError } from '../kernel/errors.ts'
import { IDEMPOTENCY_RETENTION_MS, type IdempotentRequest } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, EventPage, EventQuery, StoredEvent } from '../ports/event-log.ts'
import type { Page, ResourceStore } from '../ports/resource-store.ts'
import type { Outcome, RememberedOutcome, Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { type FindPattern, matches } from '../query/matches.ts'
import { toEcmaScript } from '../query/render-pattern.ts'
import { comparePositions, type ListQuery, positionOf } from '../query/selection.ts'
import { MemoryWorkQueue } from './memory-work-queue.ts'
import { storedPlainly } from './stored-plainly.ts'

interface Remembered extends RememberedOutcome {
  readonly at: number
}

/** Keeps everything in memory: the model that the databases are compared with, and a store for tests of one's own. */
export class MemoryStore implements ResourceStore, UnitOfWork, EventLog {
  readonly work = new MemoryWorkQueue()
  readonly #tables = new Map<string, Map<string, StoredResource>>()
  readonly #answers = new Map<string, Remembered>()
  #events: StoredEvent[] = []
  #lastPosition = 0
  #isNeeded: (event: StoredEvent) => boolean = () => false
  readonly #clock: Clock
  readonly #findPattern: FindPattern
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: { clock?: Clock; findPattern?: FindPattern } = {}) {
    this.#clock = options.clock ?? { now: () => new Date() }
    this.#findPattern = options.findPattern ?? ((pattern, text) => new RegExp(toEcmaScript(pattern), 'su').test(text))
  }

  async get(tenant: string, definition: ResourceDefinition, id: string): Promise<StoredResource | undefined> {
    return this.#table(tenant, definition).get(id)
  }

  async list(tenant: string, definition: ResourceDefinition, query: ListQuery): Promise<Page> {
    const found = [...this.#table(tenant, definition).values()]
      .map(stored => ({ stored, resource: JSON.parse(stored.document) as Resource }))
      .filter(({ resource }) => matches(query.filter, resource, this.#findPattern))
      .map(({ stored, resource }) => ({ stored, position: positionOf(resource, query.sort) }))
      .sort((a, b) => comparePositions(a.position, b.position, query.sort))
    const { after } = query
    const start = after ? found.filter(each => comparePositions(each.position, after, query.sort) <= 0).length : query.offset
    const page = found.slice(start, start + query.limit)
    const last = page.at(-1)
    return {
      items: page.map(each => each.stored),
      ...(query.count && { total: found.length }),
      ...(last && start + page.length < found.length && { next: last.position })
    }
  }

  /** One piece of work after the other, as SQLite does. */
  run<T>(tenant: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#runAlone(tenant, work))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #runAlone<T>(tenant: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const writes: (() => void)[] = []
    const written = new Map<string, StoredResource | undefined>()
    const keyOf = (definition: ResourceDefinition, id: string) => `${definition.name}/${id}`
    const write = (definition: ResourceDefinition, id: string, stored: StoredResource | undefined) => {
      written.set(keyOf(definition, id), stored)
      writes.push(() => {
        if (stored) this.#table(tenant, definition).set(id, stored)
        else this.#table(tenant, definition).delete(id)
      })
    }
    const answerKey = (request: IdempotentRequest) => JSON.stringify([tenant, request.scope, request.key])
    const result = await work({
      get: async (definition, id) => {
        const key = keyOf(definition, id)
        return written.has(key) ? written.get(key) : this.#table(tenant, definition).get(id)
      },
      insert: (definition, resource) => {
        const key = keyOf(definition, resource.id)
        if (written.has(key) ? written.get(key) : this.#table(tenant, definition).has(resource.id))
          throw new Error('the id is taken')
        const stored = storedPlainly(resource, 1)
        write(definition, resource.id, stored)
        return stored
      },
      update: (definition, current, resource) => {
        const stored = storedPlainly(resource, current.revision + 1)
        write(definition, current.id, stored)
        return stored
      },
      delete: (definition, current) => write(definition, current.id, undefined),
      publish: event => {
        writes.push(() => this.#events.push({ ...event, tenant, cursor: String(++this.#lastPosition) }))
      },
      schedule: due => {
        writes.push(() => this.work.schedule(tenant, due))
      },
      unschedule: (kind, id) => {
        writes.push(() => this.work.unschedule(tenant, kind, id))
      },
      recall: async request => {
        const answer = this.#answers.get(answerKey(request))
        return answer && answer.at > this.#clock.now().getTime() - IDEMPOTENCY_RETENTION_MS ? answer : undefined
      },
      remember: (request: IdempotentRequest, outcome: Outcome) => {
        const at = this.#clock.now().getTime()
        writes.push(() => this.#answers.set(answerKey(request), { ...outcome, fingerprint: request.fingerprint, at }))
      }
    })
    for (const each of writes) each()
    return result
  }

  async read(tenant: string, query: EventQuery): Promise<EventPage> {
    if (query.after !== undefined && !/^\d+$/.test(query.after))
      throw new DomainError('invalidValue', 'this is not a cursor of this store')
    const after = Number(query.after ?? 0)
    const found = this.#events.filter(
      event => event.tenant === tenant && Number(event.cursor) > after && isAskedFor(event, query)
    )
    const events = found.slice(0, query.limit)
    const atEnd = found.length === events.length
    return { events, next: atEnd ? await this.end() : (events.at(-1)?.cursor ?? String(after)), atEnd }
  }

  /** Of all tenants. */
  get events(): readonly StoredEvent[] {
    return this.#events
  }

  async end(): Promise<string> {
    return String(this.#lastPosition)
  }

  /** Events that are needed stay, however old. */
  keepEvents(isNeeded: (event: StoredEvent) => boolean): void {
    this.#isNeeded = isNeeded
  }

  async purge(before: Date): Promise<number> {
    const kept = this.#events.filter(event => event.at >= before.toISOString() || this.#isNeeded(event))
    const purged = this.#events.length - kept.length
    this.#events = kept
    return purged
  }

  #table(tenant: string, definition: ResourceDefinition): Map<string, StoredResource> {
    const key = `${tenant}/${definition.name}`
    const table = this.#tables.get(key) ?? new Map<string, StoredResource>()
    this.#tables.set(key, table)
    return table
  }
}

function isAskedFor(event: StoredEvent, { resources, resourceId, kinds, from, to }: EventQuery): boolean {
  if (resources && !resources.includes(event.resource)) return false
  if (resourceId !== undefined && event.resourceId !== resourceId) return false
  if (kinds && !kinds.includes(event.kind)) return false
  return (from === undefined || event.at >= from) && (to === undefined || event.at < to)
}
