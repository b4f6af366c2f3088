/** `npm run bench`: measures the server, prints a table and, in full, fails when a target is missed. `--help` says more. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, Recorded, Result } from './bench.ts'
import { type Cores, findCores, pin } from './cores.ts'
import { postgresEngine } from './data/postgres-engine.ts'
import { sqliteEngine } from './data/sqlite-engine.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { startLoadGenerator } from './load/load-generator.ts'
import { describeMachine, processorHere } from './machine.ts'
import { measureGet, measureList, measurePost } from './measures/against-floor.ts'
import { measureEvents } from './measures/events-all.ts'
import { measureMemory } from './measures/memory.ts'
import { measureOrders } from './measures/orders-all.ts'
import { measureProvisioning } from './measures/provisioning-all.ts'
import { measureSize } from './measures/size.ts'
import { type EngineName, type MeasureName, type Options, parseOptions, USAGE } from './options.ts'
import { record } from './record.ts'
import { tableOf } from './report.ts'

const measures: Record<MeasureName, (bench: Bench) => Promise<Result | Result[]>> = {
  get: measureGet,
  list: measureList,
  post: measurePost,
  size: measureSize,
  memory: measureMemory,
  events: measureEvents,
  orders: measureOrders,
  provisioning: measureProvisioning
}

const say = (text: string) => void process.stderr.write(`${text}\n`)

if (process.argv.includes('--help')) console.log(USAGE)
else process.exitCode = await run(readOptions())

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    process.exit(2)
  }
}

async function run(options: Options): Promise<number> {
  const cores = findCores()
  if (!cores) say('processes cannot be pinned to cores here: expect noise')
  const results: Recorded[] = []
  const titles: string[] = []
  for (const name of options.engines) {
    const engine = await openEngine(name, cores)
    pin(process.pid, cores?.load)
    const load = startLoadGenerator(cores?.load)
    try {
      titles.push(engine.title)
      for (const measure of options.only) {
        say(`${measure} on ${engine.title}`)
        const found = [await measures[measure]({ options, cores, load, engine, say })].flat()
        results.push(...found.map(each => ({ ...each, of: measure, measured: measuredNow(options), processor: processorHere() })))
      }
    } finally {
      load.stop()
      await engine.close()
    }
  }
  const machine = describeMachine(titles)
  console.log(`\n${machine.join('\n')}\n\n${tableOf(results)}\n`)
  if (options.write) record(options, machine, results)
  const missed = results.filter(each => each.isMet === false)
  if (missed.length > 0) console.log(`${missed.length} of ${results.length} targets missed`)
  return missed.length > 0 && !options.isQuick ? 1 : 0
}

function measuredNow({ durations }: Options): string {
  return `${new Date().toISOString().slice(0, 10)}, ${durations.rounds} x ${durations.roundS} s`
}

/** A database server inherits from us where it may run. */
function openEngine(name: EngineName, cores: Cores | undefined): Promise<EngineUnderTest> | EngineUnderTest {
  pin(process.pid, cores?.postgres)
  return name === 'postgres' ? postgresEngine(cores?.postgres, say) : sqliteEngine(mkdtempSync(join(tmpdir(), 'crm-bench-')), say)
}
