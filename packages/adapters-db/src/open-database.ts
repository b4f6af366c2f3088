import {
  type Clock,
  type DeliveryQueue,
  type EventLog,
  IDEMPOTENCY_RETENTION_MS,
  type ResourceStore,
  type UnitOfWork,
  type WorkQueue,
  type WorkSignal
} from '@crm-lite/domain'
import { sql } from 'kysely'
import { ClaimsAtHand } from './claims-at-hand.ts'
import type { Engine } from './dialects/dialect.ts'
import { openPostgres } from './dialects/postgres.ts'
import { openSqlite, type SqliteOptions } from './dialects/sqlite.ts'
import { addExtraIndexes } from './extra-indexes.ts'
import { type FulfilmentFiguresByAge, fulfilmentFigures } from './fulfilment-figures.ts'
import { kyselyDeliveryQueue } from './kysely-delivery-queue.ts'
import { KyselyEventLog } from './kysely-event-log.ts'
import { KyselyResourceStore } from './kysely-resource-store.ts'
import { type ExtraIndexes, KyselyUnitOfWork } from './kysely-unit-of-work.ts'
import { KyselyWorkQueue } from './kysely-work-queue.ts'
import { type MigrationRunner, migrate } from './migrations/migrate.ts'
import { StartRefused } from './start-refused.ts'
import { WriteSet } from './write-set.ts'

export interface DatabaseOptions {
  /** `sqlite:FILE` or `postgres://...`. */
  readonly url: string
  readonly clock: Clock
  /** Whether to refuse a PostgreSQL server that may forget acknowledged writes in a crash. */
  readonly durability?: 'required' | 'asConfigured'
  /** How long a query may take that no index serves, in milliseconds. */
  readonly scanBudgetMs?: number
  /** How many of those may run at once. */
  readonly maxScans?: number
  /** How long one may wait for another to end before it is refused, in milliseconds. */
  readonly scanPatienceMs?: number
  /** Single-valued attributes to index besides those of the definitions, by resource name. */
  readonly extraIndexes?: ExtraIndexes
  /** A server: on SQLite, no other one may use the file. */
  readonly exclusive: boolean
  /** Whether requests wait in this process: workers of others leave them room then. Absent: none ever do. */
  readonly isBusy?: () => boolean
  /** For what heals itself but should be seen. */
  readonly onWarning?: (message: string, fields: object) => void
}

/** A database that is migrated and ready. Nothing in it is kept in memory only. */
export interface Database {
  readonly engine: 'sqlite' | 'postgres'
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  readonly events: EventLog
  readonly deliveries: DeliveryQueue
  readonly work: WorkQueue
  /** Of what this process, or another one, has stored for workers to do. */
  readonly workSignal: WorkSignal
  /** Whether another process has said lately that requests wait there. */
  isBusyElsewhere(): boolean
  /** What waits for the FMS, and what fell out; of that also how much since some instants. */
  fulfilmentFigures(tenant: string, instants?: readonly Date[]): Promise<FulfilmentFiguresByAge>
  /** The migrations that opening it has applied. */
  readonly migrated: readonly string[]
  /** What keeps the database from serving, in words; empty when it can. */
  notReady(): Promise<string[]>
  /** Removes remembered answers that are too old to be given again. */
  purgeExpired(): Promise<void>
  /** Waits for what is being written, then lets go of files and connections. */
  close(): Promise<void>
}

const DEFAULT_SCAN_BUDGET_MS = 5_000
const DEFAULT_MAX_SCANS = 2
/** Most scans take some milliseconds; clients need not hear of that. */
const DEFAULT_SCAN_PATIENCE_MS = 1_000

/**
 * Opens a database, brings its schema to the newest version and checks that it keeps what is promised.
 *
 * @throws {StartRefused} with one line for the operator
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const extraIndexes = options.extraIndexes ?? {}
  let migrated: readonly string[] = []
  const common = {
    clock: options.clock,
    scanBudgetMs: options.scanBudgetMs ?? DEFAULT_SCAN_BUDGET_MS,
    maxScans: options.maxScans ?? DEFAULT_MAX_SCANS,
    scanPatienceMs: options.scanPatienceMs ?? DEFAULT_SCAN_PATIENCE_MS,
    newWriteSet: (tenant: string) => new WriteSet(tenant, extraIndexes),
    prepareSchema: async (runner: MigrationRunner) => {
      migrated = await migrate(runner)
      await addExtraIndexes(runner, extraIndexes)
    }
  }
  const engine = await openEngine(options, common)
  const claims = new ClaimsAtHand()
  return {
    engine: engine.name,
    store: new KyselyResourceStore(engine, extraIndexes),
    unitOfWork: new KyselyUnitOfWork(engine, options.clock, claims),
    events: new KyselyEventLog(engine),
    deliveries: kyselyDeliveryQueue(engine, options.clock),
    work: new KyselyWorkQueue(engine, claims),
    workSignal: engine.signal,
    isBusyElsewhere: () => engine.signal.isBusyElsewhere(),
    fulfilmentFigures: (tenant, instants = []) => fulfilmentFigures(engine, tenant, instants),
    migrated,
    notReady: async () => {
      try {
        return await engine.notReady()
      } catch {
        return ['the database does not answer']
      }
    },
    purgeExpired: () => purgeExpired(engine, options.clock),
    close: () => engine.close()
  }
}

type Common = Omit<SqliteOptions, 'file' | 'exclusive'>

function openEngine(options: DatabaseOptions, common: Common): Promise<Engine> {
  const { url } = options
  if (/^postgres(ql)?:/.test(url)) {
    return openPostgres({
      ...common,
      url,
      durability: options.durability ?? 'required',
      isBusy: options.isBusy ?? (() => false),
      onWarning: options.onWarning ?? (() => {})
    })
  }
  const file = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!file || file === ':memory:') throw new StartRefused('the database URL must be sqlite:FILE or postgres://...')
  return openSqlite({ ...common, file, exclusive: options.exclusive })
}

async function purgeExpired(engine: Engine, clock: Clock): Promise<void> {
  const notAfter = clock.now().getTime() - IDEMPOTENCY_RETENTION_MS
  await engine.execute(engine.compile(sql`delete from remembered_answer where created_at <= ${notAfter}`))
}
