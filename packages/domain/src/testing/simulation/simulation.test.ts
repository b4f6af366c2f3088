import t from 'tap'
import { regressions } from './regressions.ts'
import { runSeeds, type SeedsRun } from './run-seeds.ts'
import { SimulationFailed, simulate } from './simulate.ts'

/** As many as fit, and these at least. */
const LEAST = 200
const MOST = 10_000
const BUDGET_MS = 60_000
t.setTimeout(6 * BUDGET_MS)

const quiet = () => new Promise<void>(resolve => setImmediate(resolve))

t.test('what once went wrong does not go wrong again', async t => {
  for (const { seed, why } of regressions) await t.resolves(simulate(seed, { quiet }), why)
})

t.test('whatever goes wrong in stores, processes, the FMS and receivers, nothing is lost, doubled or out of order', async t => {
  const start = performance.now()
  const run = await runSeeds({
    first: 1,
    seeds: MOST,
    isEnough: seeds => seeds >= LEAST && performance.now() - start > BUDGET_MS,
    onFailure: failure => t.fail(failure.message),
    quiet
  })
  const days = Math.round(run.virtualMs / 86_400_000)
  t.comment(`${run.seeds} seeds, ${run.steps} steps, ${days} days in ${Math.round((performance.now() - start) / 1_000)} s`)
  t.ok(run.seeds >= LEAST)
  for (const what of happens) t.ok(countOf(run, what) > 0, `it happens: ${what}`)
})

/** Without these a simulation would prove little. */
const happens = [
  'crash',
  'try again',
  'callback followed',
  'callback unknown',
  'cancel',
  'delete',
  'fallout created',
  'product changed',
  'retry',
  'skip',
  'compensate',
  'completeByHand',
  'retryWithChanges'
]

function countOf({ counts }: SeedsRun, what: string): number {
  return counts.get(what) ?? 0
}

t.test('a seed is the same world every time', async t => {
  const [first, second] = [await simulate(7, { quiet }), await simulate(7, { quiet })]
  t.same([...second.counts], [...first.counts])
  t.same([second.steps, second.virtualMs], [first.steps, first.virtualMs])
})

t.test('a failure tells the seed, the step and what happened before', async t => {
  const broken = async () => {
    throw new Error('not quiet')
  }
  const failure = await simulate(7, { quiet: broken }).catch((error: unknown) => error)
  t.ok(failure instanceof SimulationFailed)
  t.match(failure, { message: /^seed 7 fails at step 1: Error: not quiet/ })
})
