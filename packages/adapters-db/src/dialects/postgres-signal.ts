import { randomBytes } from 'node:crypto'
import { type WorkKind, workKinds } from '@crm-lite/domain'
import pg from 'pg'
import type { EngineSignal } from './dialect.ts'
import { LocalSignal } from './local-signal.ts'
import { WorkNews } from './work-news.ts'

const CHANNEL = 'crm_work'
/** While writes go on, others are told this often. A notification is a transaction, and PostgreSQL commits those one after the other. */
const QUIET_MS = 5
/** The same while requests wait here: each costs PostgreSQL and everybody who listens what those requests wait for. */
const BUSY_QUIET_MS = 25
const MAX_RECONNECT_MS = 5_000
/** What a notification ends with when requests wait where it comes from. */
const BUSY = '!'
/** For so long somebody who was busy is taken to be so: a busy one tells more often. */
const BUSY_MS = 300

interface Options {
  readonly url: string
  readonly pool: pg.Pool
  /** Whether requests wait in this process. */
  readonly isBusy: () => boolean
  readonly onWarning: (message: string, fields: object) => void
}

/**
 * Wakes workers of this process at once and those of others with NOTIFY: after the commit, never in it. A notification may be lost,
 * with a connection for example; who listens looks by himself now and then.
 */
export class PostgresSignal implements EngineSignal {
  readonly #options: Options
  readonly #local = new LocalSignal()
  readonly #self = randomBytes(8).toString('hex')
  readonly #news = new WorkNews()
  #lastNotifiedMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #reconnect: NodeJS.Timeout | undefined
  #notifying: Promise<void> = Promise.resolve()
  #client: pg.Client | undefined
  #listeners = 0
  #failures = 0
  #isClosed = false
  #busyUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: Options) {
    this.#options = options
  }

  listen(wake: (due?: readonly WorkKind[]) => void): () => void {
    const stop = this.#local.listen(wake)
    if (++this.#listeners === 1) this.#connect()
    let isStopped = false
    return () => {
      if (isStopped) return
      isStopped = true
      stop()
      if (--this.#listeners === 0) this.#disconnect()
    }
  }

  announce(due?: readonly WorkKind[]): void {
    this.#local.wake(due)
    this.#news.add(due)
    if (this.#timer || this.#isClosed) return
    const quietMs = this.#options.isBusy() ? BUSY_QUIET_MS : QUIET_MS
    const waitMs = Math.max(0, this.#lastNotifiedMs + quietMs - performance.now())
    this.#timer = setTimeout(() => this.#notify(), waitMs)
    this.#timer.unref()
  }

  wake(due?: readonly WorkKind[]): void {
    this.#local.wake(due)
  }

  isBusyElsewhere(): boolean {
    return performance.now() < this.#busyUntilMs
  }

  async close(): Promise<void> {
    if (this.#timer) this.#notify()
    this.#isClosed = true
    this.#disconnect()
    await this.#notifying
  }

  #notify(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lastNotifiedMs = performance.now()
    const { pool, isBusy, onWarning } = this.#options
    const due = this.#news.take()
    const payload = `${this.#self}${due ? ` ${due.join(',')}` : ''}${isBusy() ? BUSY : ''}`
    this.#notifying = pool.query('select pg_notify($1, $2)', [CHANNEL, payload]).then(
      () => undefined,
      err => onWarning('could not tell other processes that there is work', { err })
    )
  }

  #connect(): void {
    if (this.#isClosed || this.#listeners === 0 || this.#client) return
    const client = new pg.Client({ connectionString: this.#options.url, keepAlive: true, application_name: 'crm-lite signal' })
    this.#client = client
    const lost = (err?: Error) => {
      if (this.#client !== client) return
      this.#client = undefined
      if (this.#failures++ === 0) this.#options.onWarning('the connection that work is announced on broke', { err })
      client.end().catch(() => undefined)
      this.#reconnect = setTimeout(() => this.#connect(), Math.min(MAX_RECONNECT_MS, 50 * 2 ** this.#failures)).unref()
    }
    client.on('error', lost)
    client.on('end', () => lost())
    client.on('notification', ({ payload = '' }) => {
      if (payload.startsWith(this.#self)) return
      if (payload.endsWith(BUSY)) this.#busyUntilMs = performance.now() + BUSY_MS
      this.#local.wake(dueIn(payload))
    })
    client
      .connect()
      .then(() => client.query(`listen ${CHANNEL}`))
      .then(() => {
        this.#failures = 0
        // Something may have been announced while nobody was listening.
        this.#local.wake()
      })
      .catch(lost)
  }

  #disconnect(): void {
    clearTimeout(this.#reconnect)
    const client = this.#client
    this.#client = undefined
    client?.end().catch(() => undefined)
  }
}

/** What a notification says about what is due: nothing where it comes from an older version. */
function dueIn(payload: string): readonly WorkKind[] | undefined {
  const [, text] = payload.replace(BUSY, '').split(' ')
  if (text === undefined) return undefined
  const told = text.split(',')
  return workKinds.filter(kind => told.includes(kind))
}
