/** `npm run test:simulation`: whole CRMs in virtual time, one a seed, and sequences of callbacks. `--help` says more. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { runSeeds, simulate } from '../packages/domain/src/testing/index.ts'

const USAGE = `npm run test:simulation -- [options]
  --seeds <n>   how many (10000)
  --first <n>   the first one (1)
  --jobs <n>    at the same time (as many as there are processors)
  --seed <n>    one, with everything that happens in it`

interface Part {
  readonly first: number
  readonly seeds: number
}

interface Ended {
  readonly steps: number
  readonly virtualMs: number
  readonly failed: number
}

/** Seeds that a worker runs before it says how far it is. */
const AT_ONCE = 50
const EVERYTHING = 1_000_000
const quiet = () => new Promise<void>(resolve => setImmediate(resolve))

if (isMainThread) await main()
else await work(workerData as Part)

async function main(): Promise<void> {
  const integer = (default_: number) => ({ type: 'string', default: String(default_) }) as const
  const { values } = parseArgs({
    options: {
      seeds: integer(10_000),
      first: integer(1),
      jobs: integer(availableParallelism()),
      seed: { type: 'string' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) console.log(USAGE)
  else if (values.seed !== undefined) await tell(Number(values.seed))
  else await runAll(Number(values.first), Number(values.seeds), Number(values.jobs))
}

async function tell(seed: number): Promise<void> {
  try {
    const { world, steps, virtualMs } = await simulate(seed, { quiet, remembered: EVERYTHING })
    console.log(world.trace.join('\n'))
    console.log(`seed ${seed}: ${steps} steps, ${Math.round(virtualMs / 1_000)} s`)
  } catch (error) {
    console.log(error instanceof Error ? `${error.message}\n${String((error.cause as Error)?.stack)}` : error)
    process.exitCode = 1
  }
}

async function runAll(first: number, seeds: number, jobs: number): Promise<void> {
  const start = performance.now()
  const parts: Part[] = []
  for (let from = first; from < first + seeds; from += AT_ONCE)
    parts.push({ first: from, seeds: Math.min(AT_ONCE, first + seeds - from) })
  let [steps, virtualMs, failed] = [0, 0, 0]
  const lane = async () => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      const ended = await inThread(part)
      steps += ended.steps
      virtualMs += ended.virtualMs
      failed += ended.failed
    }
  }
  await Promise.all(Array.from({ length: jobs }, lane))
  const seconds = Math.round((performance.now() - start) / 1_000)
  console.log(`${seeds} seeds, ${steps} steps, ${Math.round(virtualMs / 86_400_000)} days in ${seconds} s; ${failed} failed`)
  process.exitCode = failed === 0 && runCallbackSequences() ? 0 : 1
}

/** Beside the whole, what callbacks do to it, compared with a model. */
function runCallbackSequences(): boolean {
  const test = fileURLToPath(new URL('../packages/domain/src/use-cases/callback-sequences.test.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [test], { stdio: 'inherit', env: { ...process.env, LONG_FORM: 'yes' } })
  return status === 0
}

function inThread(part: Part): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part })
    worker.on('message', resolve)
    worker.on('error', reject)
  })
}

async function work({ first, seeds }: Part): Promise<void> {
  const onFailure = ({ message }: Error) => console.log(message)
  const { steps, virtualMs, failures } = await runSeeds({ first, seeds, quiet, onFailure })
  parentPort?.postMessage({ steps, virtualMs, failed: failures.length } satisfies Ended)
}
