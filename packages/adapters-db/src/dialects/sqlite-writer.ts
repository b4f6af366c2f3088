import { type Clock, DomainError, type DomainEvent, type WorkKind } from '@crm-lite/domain'
import type { TableWrites, WorkRow, WriteSet } from '../write-set.ts'
import type { RunInTransaction, TransactOptions, WorkReader, Writer } from './dialect.ts'
import { RecentResources } from './recent-resources.ts'
import { codeOf, isBusy, type SqliteConnection } from './sqlite-connection.ts'
import { writeTable } from './sqlite-table.ts'

/** How long writes wait for another process that holds the write lock before they are refused. */
const MAX_BUSY_MS = 5_000
const MAX_BATCH = 512
/** So many turns of the event loop are committed together, while each brings more. */
const MAX_TURNS = 4

interface Waiting {
  /** Does the work inside the transaction of the batch. */
  readonly run: (batch: Batch) => Promise<unknown>
  readonly lazy: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Options {
  readonly connection: SqliteConnection
  readonly clock: Clock
  readonly newWriteSet: (tenant: string) => WriteSet
  /** Ends what readers of this process have taken as the present. */
  readonly beforeCommit?: () => void
  /** Called when something has been committed that somebody should hear of. */
  readonly onNews?: (due: readonly WorkKind[]) => void
  readonly pause?: (ms: number) => Promise<void>
}

/** How the pieces of work in a batch are kept apart. */
type Isolation = 'none' | 'savepoints'

interface Batch {
  readonly isolation: Isolation
  readonly totals: Totals
  isToBeTold: boolean
  readonly due: WorkKind[]
}

/** Something was written in part: what is not isolated can only be undone as a whole. */
class BatchSpoiled extends Error {}

/**
 * Commits together what arrives in one turn of the event loop, or in a few while each brings more: one flush to disk for all of it. A
 * piece of work that fails takes nothing else with it: savepoints cost a quarter of a write, so a batch goes without them at first, and
 * once more, with a savepoint for each piece, when one of them could not be written.
 */
export class SqliteWriter implements Writer {
  readonly #options: Options
  readonly #reader: WorkReader
  readonly #recent = new RecentResources()
  /** Tables in which something was changed: what nobody ever changes nobody looks for again. */
  readonly #changing = new Set<string>()
  /** What SQLite counts the writes of other connections by. */
  #versionSeen: unknown
  #waiting: Waiting[] = []
  #running = false
  /** Connections are opened so. */
  #isFlushing = true

  constructor(options: Options) {
    this.#options = options
    const { connection } = options
    this.#reader = {
      read: async statement => connection.all(statement),
      find: async statement => connection.find(statement),
      recent: this.#recent
    }
  }

  run<T>(tenant: string, work: (reader: WorkReader, writes: WriteSet) => Promise<T>): Promise<T> {
    return this.#enqueue(async batch => {
      const writes = this.#options.newWriteSet(tenant)
      const result = await work(this.#reader, writes)
      if (!writes.isEmpty) await this.#isolated(batch, () => this.#write(writes, batch))
      return result
    }, false)
  }

  /** @see Engine.transact */
  transact<T>(work: (run: RunInTransaction) => Promise<T>, { lazy }: TransactOptions): Promise<T> {
    const run: RunInTransaction = async statement => this.#options.connection.all(statement)
    return this.#enqueue(batch => this.#isolated(batch, () => work(run)), lazy)
  }

  #enqueue<T>(run: (batch: Batch) => Promise<T>, lazy: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run, lazy, resolve: resolve as (value: unknown) => void, reject })
      this.#start()
    })
  }

  /** Resolves when nothing waits to be written any more. */
  async drain(): Promise<void> {
    while (this.#running) await nextTurn()
  }

  #start(): void {
    if (this.#running) return
    this.#running = true
    void this.#commitAll()
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather()
      await this.#commit(this.#waiting.splice(0, MAX_BATCH))
    }
    this.#running = false
  }

  /** A commit costs as much as what several turns bring. A turn that brings nothing is over at once, so that nobody waits for nothing. */
  async #gather(): Promise<void> {
    let before = 0
    for (let turn = 0; turn < MAX_TURNS && this.#waiting.length > before && before < MAX_BATCH; turn++) {
      before = this.#waiting.length
      await nextTurn()
    }
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    const { database } = this.#options.connection
    try {
      // Without a flush of its own a commit is kept by the next one that has one.
      this.#flush(!waiting.every(each => each.lazy))
      const settle = await this.#tryCommit(waiting, 'none').catch(error => {
        if (!(error instanceof BatchSpoiled)) throw error
        this.#undo('rollback')
        return this.#tryCommit(waiting, 'savepoints')
      })
      for (const each of settle) each()
    } catch (error) {
      // Also where nothing is left to roll back: SQLite itself undoes a transaction for which there is no space.
      this.#recent.forgetAll()
      const refusal = translateSqliteError(error)
      for (const { reject } of waiting) reject(refusal)
      if (database.inTransaction) this.#rollBack()
    }
  }

  /** Where that fails as well, the file is of no use: what is to be written next is refused for that, until it can be rolled back. */
  #rollBack(): void {
    try {
      this.#execute('rollback')
    } catch {}
  }

  #undo(sql: string): void {
    this.#recent.forgetAll()
    this.#execute(sql)
  }

  #flush(isOn: boolean): void {
    if (isOn === this.#isFlushing) return
    this.#options.connection.database.pragma(`synchronous = ${isOn ? 'full' : 'normal'}`)
    this.#isFlushing = isOn
  }

  /** Returns what tells the callers. Throws when nothing was committed. */
  async #tryCommit(waiting: readonly Waiting[], isolation: Isolation): Promise<(() => void)[]> {
    const settle: (() => void)[] = []
    await this.#begin()
    this.#lookForOthers()
    const batch: Batch = { isolation, totals: new Totals(), isToBeTold: false, due: [] }
    for (const each of waiting) settle.push(await this.#runOne(each, batch))
    batch.totals.write(this.#options.connection)
    this.#options.beforeCommit?.()
    this.#execute('commit')
    if (batch.isToBeTold || batch.due.length > 0) this.#options.onNews?.(batch.due)
    return settle
  }

  /** Nobody else can write as long as the transaction is open. */
  #lookForOthers(): void {
    const [version] = this.#options.connection.find({ sql: 'pragma data_version', parameters: [] })!
    if (version !== this.#versionSeen) this.#recent.forgetAll()
    this.#versionSeen = version
  }

  /** Waits for another process's lock without stopping this one. */
  async #begin(): Promise<void> {
    const deadline = performance.now() + MAX_BUSY_MS
    for (;;) {
      try {
        this.#execute('begin immediate')
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error
        await (this.#options.pause ?? pause)(5 + Math.random() * 20)
      }
    }
  }

  /** Returns what tells the caller, to be called once the batch is on disk. Throws only when the whole batch is lost. */
  async #runOne({ run, resolve, reject }: Waiting, batch: Batch): Promise<() => void> {
    try {
      const result = await run(batch)
      return () => resolve(result)
    } catch (error) {
      if (error instanceof BatchSpoiled || !this.#options.connection.database.inTransaction) throw error
      return () => reject(translateSqliteError(error))
    }
  }

  /** Writes all or, when it throws, nothing. */
  async #isolated<T>({ isolation }: Batch, write: () => T | Promise<T>): Promise<T> {
    const { database } = this.#options.connection
    if (isolation === 'savepoints') this.#execute('savepoint work')
    try {
      const result = await write()
      if (isolation === 'savepoints') this.#execute('release work')
      return result
    } catch (cause) {
      if (!database.inTransaction) throw cause
      if (isolation === 'none') throw new BatchSpoiled('to be written again', { cause })
      this.#undo('rollback to work')
      this.#execute('release work')
      throw cause
    }
  }

  #write(writes: WriteSet, batch: Batch): void {
    const { connection, clock } = this.#options
    const tables = writes.tables()
    for (const table of tables) {
      writeTable(connection, writes.tenant, table)
      this.#keepRecent(writes.tenant, table)
    }
    for (const event of writes.events) appendEvent(connection, writes.tenant, event)
    for (const work of writes.work) writeWork(connection, writes.tenant, work)
    if (writes.isToBeTold) batch.isToBeTold = true
    batch.due.push(...writes.dueSoon(this.#options.clock.now().getTime()))
    for (const { request, outcome } of writes.remembered) {
      connection
        .prepare('insert or replace into remembered_answer values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          writes.tenant,
          request.scope,
          request.key,
          request.fingerprint,
          outcome.kind,
          outcome.stored.id,
          outcome.stored.revision,
          outcome.stored.document,
          clock.now().getTime()
        )
    }
    for (const { definition, inserts, deletes } of tables) {
      batch.totals.add(writes.tenant, definition.name, inserts.length - deletes.length)
    }
  }

  #keepRecent(tenant: string, { table, inserts, updates, deletes }: TableWrites): void {
    if (updates.length > 0) this.#changing.add(table)
    for (const { stored } of updates) this.#recent.keep(table, tenant, stored)
    if (this.#changing.has(table)) for (const { stored } of inserts) this.#recent.keep(table, tenant, stored)
    for (const { id } of deletes) this.#recent.forget(table, tenant, id)
  }

  #execute(sql: string): void {
    this.#options.connection.prepare(sql).run()
  }
}

/** The changes of the totals in a batch, written once for all of it. */
class Totals {
  readonly #changes = new Map<string, { tenant: string; resource: string; change: number }>()

  add(tenant: string, resource: string, change: number): void {
    if (change === 0) return
    const key = JSON.stringify([tenant, resource])
    const entry = this.#changes.get(key) ?? { tenant, resource, change: 0 }
    entry.change += change
    this.#changes.set(key, entry)
  }

  write(connection: SqliteConnection): void {
    const upsert = connection.prepare(
      'insert into resource_total (tenant, resource, total) values (?, ?, ?) on conflict (tenant, resource) do update set total = total + excluded.total'
    )
    for (const { tenant, resource, change } of this.#changes.values()) if (change !== 0) upsert.run(tenant, resource, change)
  }
}

function appendEvent(connection: SqliteConnection, tenant: string, event: DomainEvent): void {
  connection
    .prepare(
      `insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, traceparent, at, document)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    )
    .run(
      event.id,
      tenant,
      event.resource,
      event.resourceId,
      event.kind,
      event.revision,
      JSON.stringify(event.changedPaths),
      event.actor,
      event.correlationId,
      event.traceparent ?? null,
      event.at,
      event.document
    )
}

function writeWork(connection: SqliteConnection, tenant: string, { kind, id, dueAtMs }: WorkRow): void {
  if (dueAtMs === undefined)
    connection.prepare('delete from due_work where tenant = ? and kind = ? and id = ?').run(tenant, kind, id)
  else
    connection
      .prepare(
        'insert or replace into due_work (tenant, kind, id, due_at_ms, claimable_at_ms, attempts) values (?, ?, ?, ?, ?, 0)'
      )
      .run(tenant, kind, id, dueAtMs, dueAtMs)
}

/** What callers may expect to go wrong becomes a refusal; everything else stays what it is. */
export function translateSqliteError(error: unknown): unknown {
  const code = codeOf(error)
  if (isBusy(error))
    return new DomainError('unavailable', 'the database is busy with another process', { retryAfterS: 1, cause: error })
  if (code.startsWith('SQLITE_FULL'))
    return new DomainError('unavailable', 'the database has no space left', { retryAfterS: 30, cause: error })
  if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_READONLY' || code.startsWith('SQLITE_CANTOPEN')) {
    return new DomainError('unavailable', 'the database file cannot be used', { retryAfterS: 30, cause: error })
  }
  return error
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
