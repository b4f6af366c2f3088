import {
  type Clock,
  IDEMPOTENCY_RETENTION_MS,
  type IdempotentRequest,
  type IndexedAttribute,
  type Outcome,
  type RememberedOutcome,
  type Resource,
  type ResourceDefinition,
  type StoredResource,
  storedOf,
  type Transaction,
  type UnitOfWork
} from '@crm-lite/domain'
import { sql } from 'kysely'
import type { ClaimsAtHand } from './claims-at-hand.ts'
import type { Engine, Statement, WorkReader } from './dialects/dialect.ts'
import { Overtaken } from './dialects/overtaken.ts'
import { tableOf } from './table-names.ts'
import type { WriteSet } from './write-set.ts'

export type ExtraIndexes = Readonly<Record<string, readonly IndexedAttribute[]>>

interface Reading {
  readonly reader: WorkReader
  readonly writes: WriteSet
  /**
   * What the work has read. Where it reads again what it has decided by, it must not get what somebody else has stored meanwhile: writing in
   * place of that would undo it unseen.
   */
  readonly read: Map<string, Read>
}

interface Read {
  readonly definition: ResourceDefinition
  readonly id: string
  readonly stored: Promise<StoredResource | undefined>
}

/** Lets work read through the engine and collects what it writes; how that is committed is up to the engine's writer. */
export class KyselyUnitOfWork implements UnitOfWork {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #claims: ClaimsAtHand
  readonly #getStatements = new Map<string, Statement>()
  readonly #recallStatement: Statement

  constructor(engine: Engine, clock: Clock, claims: ClaimsAtHand) {
    this.#engine = engine
    this.#clock = clock
    this.#claims = claims
    // The sum keeps PostgreSQL from reading all that is new enough where it should look for the key.
    const recall = engine.compile(
      sql`select fingerprint, kind, id, revision, document from remembered_answer
          where tenant = ${''} and scope = ${''} and key = ${''} and created_at + 0 > ${0}`
    )
    this.#recallStatement = { ...recall, name: 'recall' }
  }

  async run<T>(tenant: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { number } = this.#claims
    let written: WriteSet | undefined
    const result = await this.#engine.writer.run(tenant, async (reader, writes) => {
      written = writes
      const reading: Reading = { reader, writes, read: new Map() }
      try {
        return await work(this.#transaction(reading))
      } catch (cause) {
        if (await this.#isTorn(reading)) throw new Overtaken('what was read does not belong together', { cause })
        throw cause
      }
    })
    for (const { kind, id } of written?.work ?? []) this.#claims.lose({ tenant, kind, id }, number)
    return result
  }

  #transaction(reading: Reading): Transaction {
    const { writes } = reading
    return {
      get: (definition, id) => this.#get(reading, definition, id),
      insert: (definition, resource) => writes.insert(definition, resource),
      update: (definition, current, resource: Resource) => writes.update(definition, current, resource),
      delete: (definition, current) => writes.delete(definition, current),
      publish: event => writes.publish(event),
      schedule: due => writes.schedule(due),
      unschedule: (kind, id) => writes.unschedule(kind, id),
      recall: request => this.#recall(reading, request),
      remember: (request, outcome) => writes.remember(request, outcome)
    }
  }

  /**
   * Whether others have committed between the reads of a piece of work. What it gave up for may never have been so then; nothing that it
   * wrote would have been committed either.
   */
  async #isTorn({ reader, writes, read }: Reading): Promise<boolean> {
    if (read.size < 2) return false
    try {
      for (const { definition, id, stored } of read.values()) {
        const now = await this.#read(reader, writes.tenant, definition, id)
        if (now?.revision !== (await stored)?.revision) return true
      }
    } catch {
      // The database can't be read: that is what the work has found out, too.
    }
    return false
  }

  #get({ reader, writes, read }: Reading, definition: ResourceDefinition, id: string): Promise<StoredResource | undefined> {
    const written = writes.written(definition, id)
    if (written) return Promise.resolve(written === 'deleted' ? undefined : written)
    const key = `${definition.name} ${id}`
    const known = read.get(key) ?? { definition, id, stored: this.#read(reader, writes.tenant, definition, id) }
    read.set(key, known)
    return known.stored
  }

  async #read(
    reader: WorkReader,
    tenant: string,
    definition: ResourceDefinition,
    id: string
  ): Promise<StoredResource | undefined> {
    const table = tableOf(definition)
    const recent = reader.recent?.get(table, tenant, id)
    if (recent) return recent
    const row = await reader.find({ ...this.#getStatement(definition), parameters: [tenant, id] })
    if (!row) return undefined
    const stored = storedOf(id, row[0] as number, row[1] as string)
    reader.recent?.keep(table, tenant, stored)
    return stored
  }

  async #recall({ reader, writes }: Reading, { scope, key }: IdempotentRequest): Promise<RememberedOutcome | undefined> {
    const written = writes.remembered.find(({ request }) => request.scope === scope && request.key === key)
    if (written) return { fingerprint: written.request.fingerprint, ...written.outcome }
    const notBefore = this.#clock.now().getTime() - IDEMPOTENCY_RETENTION_MS
    const [row] = await reader.read({ ...this.#recallStatement, parameters: [writes.tenant, scope, key, notBefore] })
    if (!row) return undefined
    const [fingerprint, kind, id, revision, document] = row as [string, Outcome['kind'], string, number, string]
    return { fingerprint, kind, stored: { id, revision, document } }
  }

  #getStatement(definition: ResourceDefinition): Statement {
    const table = tableOf(definition)
    let statement = this.#getStatements.get(table)
    if (!statement) {
      const document = this.#engine.documentText('r.document')
      const query = sql`select r.revision, ${document} from ${sql.table(table)} as r where r.tenant = ${''} and r.id = ${''}`
      statement = { ...this.#engine.compile(query), name: `get ${table}` }
      this.#getStatements.set(table, statement)
    }
    return statement
  }
}
