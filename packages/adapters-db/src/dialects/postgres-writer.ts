import { type Clock, DomainError, type WorkKind } from '@crm-lite/domain'
import type pg from 'pg'
import type { WriteSet } from '../write-set.ts'
import type { WorkReader, Writer } from './dialect.ts'
import { Overtaken } from './overtaken.ts'
import { Overtaking } from './overtaking.ts'
import { batchStatement } from './postgres-batch.ts'
import {
  DEADLOCK,
  queryOn,
  SERIALIZATION_FAILURE,
  STALE_REVISION,
  sqlStateOf,
  translatePostgresError,
  UNIQUE_VIOLATION
} from './postgres-connection.ts'
import { staleStatement } from './postgres-stale.ts'
import { Turns } from './turns.ts'

const MAX_BATCH = 256
/**
 * While a batch is on its way, what arrives is collected for the next one. A second one goes out beside it when it is as large as this:
 * so there is something to do while the first waits for the disk, but two small ones cost PostgreSQL a fifth more than one.
 */
const BATCHES_IN_FLIGHT = 2
const WORTH_A_SECOND = 24
/** How often work is done again because somebody else changed what it had read. */
const MAX_ATTEMPTS = 60
/** How often because what it makes is there already: work that looked again and makes it all the same will do so for ever. */
const MAX_CLASHES = 3
const BATCHES_BETWEEN_FOLDS = 64

interface Waiting {
  readonly writes: WriteSet
  /** Whether the work has run before, and was overtaken. */
  readonly isRepeated: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

type Work<T> = (reader: WorkReader, writes: WriteSet) => Promise<T>

/** Work that met a conflict. */
interface Repeated {
  readonly tenant: string
  readonly work: Work<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Options {
  readonly pool: pg.Pool
  readonly clock: Clock
  readonly reader: WorkReader
  readonly newWriteSet: (tenant: string) => WriteSet
  /** Called when something has been committed that somebody should hear of. */
  readonly onNews: (due: readonly WorkKind[]) => void
  readonly onWarning: (message: string, fields: object) => void
}

/**
 * Runs work without holding a transaction open: it reads what is committed, and what it writes goes, together with what others write,
 * in one statement that fails when a resource is no longer at the revision that was read. Then the work runs again.
 */
export class PostgresWriter implements Writer {
  readonly #options: Options
  #waiting: Waiting[] = []
  /** Statements that are on their way. */
  #inFlight = 0
  /** Batches of which somebody has not been answered yet. */
  #unsettled = 0
  #scheduled = false
  #batches = 0
  readonly #overtaking = new Overtaking()
  readonly #turns = new Turns<Repeated>(works => this.#repeat(works))

  constructor(options: Options) {
    this.#options = options
  }

  async run<T>(tenant: string, work: Work<T>): Promise<T> {
    const writes = this.#options.newWriteSet(tenant)
    try {
      const result = await work(this.#options.reader, writes)
      if (!writes.isEmpty) await this.#submit(writes, false)
      return result
    } catch (error) {
      if (!isConflict(error)) throw translatePostgresError(error)
      // Repeated one by one, pieces of work that are about the same would go on getting in each other's way.
      return new Promise<T>((resolve, reject) => {
        this.#turns.take(writes.touched, { tenant, work, resolve: resolve as (result: unknown) => void, reject })
      })
    }
  }

  /** Those that are about the same run one after the other, each on what those before it have written, and are committed together. */
  async #repeat(works: readonly Repeated[]): Promise<void> {
    let clashes = 0
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      try {
        return await this.#attempt(works)
      } catch (error) {
        if (sqlStateOf(error) === UNIQUE_VIOLATION) clashes++
        if (!isConflict(error) || clashes === MAX_CLASHES) return this.#refuse(works, error)
        await new Promise(resolve => setTimeout(resolve, Math.random() * attempt))
      }
    }
    const error = new DomainError('unavailable', 'too many concurrent changes of one resource', { retryAfterS: 1 })
    for (const { reject } of works) reject(error)
  }

  /** Nobody is told what has come of it before all of it is committed. */
  async #attempt(works: readonly Repeated[]): Promise<void> {
    const writes = this.#options.newWriteSet(works[0]!.tenant)
    const tell: (() => void)[] = []
    for (const { work, resolve, reject } of works) {
      const before = writes.copy()
      try {
        const result = await work(this.#options.reader, writes)
        tell.push(() => resolve(result))
      } catch (error) {
        if (isConflict(error)) throw error
        writes.become(before)
        tell.push(() => reject(translatePostgresError(error)))
      }
    }
    if (!writes.isEmpty) await this.#submit(writes, true)
    for (const each of tell) each()
  }

  /** One of several may be at fault: each runs again alone, unless nobody knows whether they were written. */
  async #refuse(works: readonly Repeated[], error: unknown): Promise<void> {
    if (works.length === 1 || sqlStateOf(error) === '') {
      for (const { reject } of works) reject(translatePostgresError(error))
    } else for (const each of works) await this.#repeat([each])
  }

  async drain(): Promise<void> {
    while (this.#unsettled > 0 || this.#waiting.length > 0) await new Promise(resolve => setImmediate(resolve))
  }

  #submit(writes: WriteSet, isRepeated: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, isRepeated, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#send()
      })
    })
  }

  #send(): void {
    while (this.#mayGo()) {
      this.#unsettled++
      void this.#commitFirsts(this.#waiting.splice(0, MAX_BATCH)).finally(() => this.#unsettled--)
    }
  }

  #mayGo(): boolean {
    const { length } = this.#waiting
    return this.#inFlight === 0 ? length > 0 : this.#inFlight < BATCHES_IN_FLIGHT && length >= WORTH_A_SECOND
  }

  /** Of those that replace the same resource only the first one can. The others run again when it has. */
  async #commitFirsts(batch: readonly Waiting[]): Promise<void> {
    const firsts: Waiting[] = []
    const overtaken: Waiting[] = []
    const replaced = new Set<string>()
    for (const each of batch) {
      const { replacements } = each.writes
      const isLate = this.#overtaking.isUnderWay(replacements) || (!each.isRepeated && this.#overtaking.isBehind(replacements))
      if (isLate || replacements.some(({ name }) => replaced.has(name))) overtaken.push(each)
      else {
        firsts.push(each)
        for (const { name } of replacements) replaced.add(name)
      }
    }
    const ended = overtaken.map(({ writes }) => this.#overtaking.ended(writes.replacements))
    if (firsts.length > 0) await this.#overtaking.follow(replaced, this.#commit(firsts))
    await Promise.all(ended)
    for (const { reject } of overtaken) reject(new Overtaken('others replace the same resource'))
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(batch.map(each => each.writes))
      for (const { writes, resolve } of batch) {
        this.#overtaking.wrote(writes.replacements)
        resolve()
      }
    } catch (error) {
      // When the connection broke nobody knows whether it was written, so nothing is written a second time.
      if (batch.length === 1 || sqlStateOf(error) === '') for (const { reject } of batch) reject(error)
      else await this.#commitRest(batch, error)
    }
  }

  /** A refusal of the database rolled everything back. Those that were overtaken are told so, and the others written again together. */
  async #commitRest(batch: readonly Waiting[], error: unknown): Promise<void> {
    const stale = sqlStateOf(error) === STALE_REVISION ? await this.#staleOf(batch) : new Set<Waiting>()
    if (stale.size === 0) return this.#commitApart(batch)
    for (const { reject } of stale) reject(error)
    const rest = batch.filter(each => !stale.has(each))
    if (rest.length > 0) await this.#commit(rest)
  }

  /** Nobody, when that cannot be found out. */
  async #staleOf(batch: readonly Waiting[]): Promise<ReadonlySet<Waiting>> {
    const statement = staleStatement(batch.map(each => each.writes))
    if (!statement) return new Set()
    const { name, sql: text, parameters } = statement
    try {
      const { rows } = await queryOn(this.#options.pool, { name, text, values: [...parameters], rowMode: 'array' })
      return new Set(rows.map(([place]) => batch[Number(place)]!))
    } catch {
      return new Set()
    }
  }

  /** Halves are written again, so that one that is refused takes few others with it. */
  async #commitApart(batch: readonly Waiting[]): Promise<void> {
    const middle = batch.length >> 1
    await this.#commit(batch.slice(0, middle))
    await this.#commit(batch.slice(middle))
  }

  async #write(batch: readonly WriteSet[]): Promise<void> {
    const nowMs = this.#options.clock.now().getTime()
    await this.#query(batchStatement(batch, nowMs))
    const due = batch.flatMap(writes => writes.dueSoon(nowMs))
    if (due.length > 0 || batch.some(writes => writes.isToBeTold)) this.#options.onNews(due)
    if (++this.#batches % BATCHES_BETWEEN_FOLDS === 0) void this.foldTotals()
  }

  /** What waits goes out before anybody hears of what has come back: PostgreSQL has something to do while answers are written. */
  async #query({ name, sql, parameters }: ReturnType<typeof batchStatement>): Promise<void> {
    this.#inFlight++
    try {
      await queryOn(this.#options.pool, { name, text: sql, values: [...parameters], rowMode: 'array' })
    } finally {
      this.#inFlight--
      this.#send()
    }
  }

  /** Replaces the totals' appended rows by one each; safe beside writers and other folds. */
  async foldTotals(): Promise<void> {
    try {
      await this.#options.pool.query(
        `with gone as (delete from resource_total returning tenant, resource, total)
         insert into resource_total (tenant, resource, total) select tenant, resource, sum(total) from gone group by tenant, resource`
      )
    } catch (err) {
      this.#options.onWarning('could not fold the totals', { err })
    }
  }
}

/**
 * Whether the work should run again: what it read has changed, what it makes was made by somebody else, or the same idempotent request was
 * committed meanwhile.
 */
function isConflict(error: unknown): boolean {
  if (error instanceof Overtaken) return true
  return [STALE_REVISION, SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION].includes(sqlStateOf(error))
}
