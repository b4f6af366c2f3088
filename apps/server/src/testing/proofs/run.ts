/** `npm run test:crash`: breaks things and looks whether anything was lost. `--help` says more. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type PostgresServer, startPostgres } from '@crm-lite/adapters-db/testing'
import type { Test } from '../start-crm.ts'
import { proveAlerts } from './alerts-proof.ts'
import type { Figure } from './figure.ts'
import { proveFlushesOfPostgres, proveFlushesOfSqlite } from './flush-proof.ts'
import { proveFullPostgres, proveFullSqlite, proveLostPostgres } from './full-proof.ts'
import { proveGuard } from './guard-proof.ts'
import { proveKill } from './kill-proof.ts'
import { proveOutage } from './outage-proof.ts'
import { describeConditions, documentOf, tableOf } from './report.ts'
import { proveRude } from './rude-proof.ts'
import { proveWorkers } from './workers-proof.ts'

const USAGE = `npm run test:crash -- [options]
  --only <names>     some of kill,alerts,outage,rude,workers,guard,full,flush
  --engine <name>    sqlite or postgres
  --seed <n>         other moments to kill at, and other writes
  --writes <n>       acknowledged writes per engine while killing (20000)
  --kills <n>        how often (25)
  --orders <n>       whose dates pass while killing (300)
  --events <n>       events of the hour, and rows for the workers (10000)
  --write            write the table to docs/reliability.md`

const DOCUMENT = new URL('../../../../../docs/reliability.md', import.meta.url)

interface Engine {
  readonly name: 'sqlite' | 'postgres'
  readonly title: string
  newDatabase(): Promise<string>
}

interface Sizes {
  readonly writes: number
  readonly kills: number
  readonly orders: number
  readonly events: number
  readonly seed: number
}

type Proof = (t: Test, engine: Engine, sizes: Sizes) => Promise<Figure[]>

const proofs: Readonly<Record<string, Proof>> = {
  kill: async (t, { name, newDatabase }, { writes, kills, seed }) =>
    proveKill(t, { databaseUrl: await newDatabase(), engine: name, writes, kills, seed }),
  alerts: async (t, { name, newDatabase }, { orders, kills, seed }) =>
    proveAlerts(t, { databaseUrl: await newDatabase(), engine: name, orders, kills, seed }),
  outage: async (t, { name, newDatabase }, { events }) =>
    proveOutage(t, { databaseUrl: await newDatabase(), engine: name, events }),
  rude: async (t, { name, newDatabase }) => proveRude(t, { databaseUrl: await newDatabase(), engine: name }),
  workers: async (t, { name, newDatabase }, { events }) =>
    name === 'postgres' ? proveWorkers(t, { newDatabase, rows: events }) : [],
  guard: (t, { name, newDatabase }) => proveGuard(t, { newDatabase, engine: name }),
  full: async (t, { name, newDatabase }) =>
    name === 'sqlite'
      ? proveFullSqlite(t, { databaseUrl: await newDatabase() })
      : [
          ...(await proveFullPostgres(t, { databaseUrl: await newDatabase() })),
          ...(await proveLostPostgres(t, { databaseUrl: await newDatabase() }))
        ],
  flush: async (t, { name, newDatabase }) =>
    (name === 'sqlite' ? proveFlushesOfSqlite : proveFlushesOfPostgres)(t, { databaseUrl: await newDatabase() })
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(proofs).join(',') },
    engine: { type: 'string', default: 'sqlite,postgres' },
    seed: { type: 'string', default: '1' },
    writes: { type: 'string', default: '20000' },
    kills: { type: 'string', default: '25' },
    orders: { type: 'string', default: '300' },
    events: { type: 'string', default: '10000' },
    write: { type: 'boolean', default: false }
  }
})

if (values.help) console.log(USAGE)
else process.exit(await run())

async function run(): Promise<number> {
  const conditions = describeConditions()
  console.log(conditions)
  const folder = mkdtempSync(join(tmpdir(), 'crm-proofs-'))
  const wanted = values.engine.split(',')
  const postgres = wanted.includes('postgres') ? await startPostgres() : undefined
  const sizes = {
    writes: Number(values.writes),
    kills: Number(values.kills),
    orders: Number(values.orders),
    events: Number(values.events),
    seed: Number(values.seed)
  }
  const engines = enginesOf(folder, postgres).filter(({ name }) => wanted.includes(name))
  const figures: Figure[] = []
  try {
    for (const name of values.only.split(',')) {
      for (const engine of engines) figures.push(...(await one(name, engine, sizes)))
    }
  } finally {
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(`\n${tableOf(figures)}\n`)
  if (values.write) {
    const titles = engines.map(({ title }) => title)
    writeFileSync(DOCUMENT, documentOf(figures, titles, conditions))
  }
  const failed = figures.filter(({ isMet }) => isMet === false).length
  console.log(`${figures.filter(({ isMet }) => isMet).length} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

function enginesOf(folder: string, postgres: PostgresServer | undefined): Engine[] {
  let files = 0
  return [
    { name: 'sqlite', title: 'SQLite', newDatabase: async () => `sqlite:${join(folder, `${files++}.db`)}` },
    ...(postgres
      ? [{ name: 'postgres' as const, title: postgres.description, newDatabase: () => postgres.createDatabase() }]
      : [])
  ]
}

/** Says how it went, and ends everything that the proof has started. */
async function one(name: string, engine: Engine, sizes: Sizes): Promise<Figure[]> {
  const prove = proofs[name]
  if (!prove) throw new Error(`there is no proof ${name}\n${USAGE}`)
  const teardowns: (() => unknown)[] = []
  const startedAt = performance.now()
  try {
    const figures = await prove({ teardown: work => void teardowns.push(work) }, engine, sizes)
    if (figures.length > 0) {
      const isMet = figures.every(each => each.isMet !== false)
      console.log(
        `${isMet ? 'ok    ' : 'FAILED'}  ${name} on ${engine.title} (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`
      )
    }
    return figures
  } catch (error) {
    console.log(`FAILED  ${name} on ${engine.title}\n${error instanceof Error ? error.stack : String(error)}`)
    return [{ proof: name, engine: engine.name, measure: 'ended', value: 'no', wanted: 'yes', isMet: false }]
  } finally {
    for (const work of teardowns.reverse()) await work()
  }
}
