/** `npm run test:crash`: breaks things and looks whether anything was lost. `--help` says more. */
import { parseArgs } from 'node:util'
import { proveAlerts } from './alerts-proof.ts'
import { proveFlushesOfPostgres, proveFlushesOfSqlite } from './flush-proof.ts'
import { proveFullPostgres, proveFullSqlite, proveLostPostgres } from './full-proof.ts'
import { proveGuard } from './guard-proof.ts'
import { proveKill } from './kill-proof.ts'
import { proveOutage } from './outage-proof.ts'
import { figuresText, rewriteReliability } from './report.ts'
import { proveRude } from './rude-proof.ts'
import { type Proofs, runProofs } from './run-proofs.ts'
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

interface Sizes {
  readonly writes: number
  readonly kills: number
  readonly orders: number
  readonly events: number
  readonly seed: number
}

const proofs: Proofs<Sizes> = {
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
  const sizes = {
    writes: Number(values.writes),
    kills: Number(values.kills),
    orders: Number(values.orders),
    events: Number(values.events),
    seed: Number(values.seed)
  }
  const names = values.only.split(',')
  const results = await runProofs(proofs, { names, engines: values.engine.split(','), sizes })
  if (values.write) rewriteReliability('Figures', figuresText(results))
  return results.failed > 0 ? 1 : 0
}
