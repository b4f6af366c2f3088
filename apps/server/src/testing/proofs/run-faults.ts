/** `npm run test:faults`: everything goes wrong between us and the FMS, and nothing may be lost or done twice. `--help` says more. */
import { parseArgs } from 'node:util'
import { proveFaults } from './faults-proof.ts'
import { figuresText, rewriteReliability } from './report.ts'
import { type Proofs, runProofs } from './run-proofs.ts'
import { proveSharedWork } from './shared-work-proof.ts'

const USAGE = `npm run test:faults -- [options]
  --only <names>     some of faults,shared
  --engine <name>    sqlite or postgres
  --seed <n>         other orders, other faults, other moments to kill at
  --orders <n>       product orders per engine (2000)
  --kills <n>        how often the server is killed meanwhile (10)
  --write            write the section of docs/reliability.md`

interface Sizes {
  readonly orders: number
  readonly kills: number
  readonly seed: number
}

/** So few that nothing has to wait but for a lease: with more, what is due waits for its turn. */
const UNHURRIED_ORDERS = 40

const proofs: Proofs<Sizes> = {
  faults: async (t, { name, newDatabase }, sizes) => proveFaults(t, { databaseUrl: await newDatabase(), engine: name, ...sizes }),
  shared: async (t, { name, newDatabase }, { orders, seed }) =>
    name === 'postgres'
      ? proveSharedWork(t, { databaseUrl: await newDatabase(), orders: Math.min(orders, UNHURRIED_ORDERS), seed })
      : []
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(proofs).join(',') },
    engine: { type: 'string', default: 'sqlite,postgres' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false }
  }
})

if (values.help) console.log(USAGE)
else process.exit(await run())

async function run(): Promise<number> {
  const sizes = { orders: Number(values.orders), kills: Number(values.kills), seed: Number(values.seed) }
  const results = await runProofs(proofs, { names: values.only.split(','), engines: values.engine.split(','), sizes })
  if (values.write) rewriteReliability('Faults of the FMS', figuresText(results))
  return results.failed > 0 ? 1 : 0
}
