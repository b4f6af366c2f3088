import {
  acceptOrder,
  applyOrder,
  decideItemMoves,
  defaultJourneySpecification,
  insist,
  type Journey,
  lookAtJourney,
  type Moment,
  orderProgress,
  reachMilestone,
  takeOrder
} from '@crm-lite/domain'
import type { Bench, Result } from '../bench.ts'
import { benchSpecification, orderOf } from '../data/bench-order.ts'
import { median } from '../statistics.ts'

const MAX_US = 50
const RUNS = 20_000
const ROUNDS = 9
const at = (date: string): Moment => ({ now: new Date(date), actor: 'benchmark' })
const PLACED = at('2026-03-02T09:00:00Z')

/** What deciding takes by itself: a journey of eight milestones for an order of five items, nothing stored. */
export async function measureDecisions({ engine, say }: Bench): Promise<Result> {
  const context = { orderId: 'order', journeyId: 'order', specifications: [benchSpecification] }
  const input = orderOf(0)
  const { order, journey } = insist(takeOrder(input, context, PLACED))
  const accepted = insist(acceptOrder(order, at('2026-03-02T09:00:01Z')))
  const started = orderProgress(order, accepted, journey, at('2026-03-02T09:00:01Z'))
  const moved = insist(decideItemMoves(accepted.order, [{ itemId: '1', to: 'completed' }], at('2026-03-02T10:00:00Z')))
  const late = at('2026-03-20T09:00:00Z')
  const decisions: Record<string, () => unknown> = {
    'place an order': () => takeOrder(input, context, PLACED),
    'place one with milestones of items': () =>
      takeOrder(input, { ...context, specifications: [defaultJourneySpecification] }, PLACED),
    'follow its acceptance': () => applyOrder(journey, accepted, at('2026-03-02T09:00:01Z')),
    'follow an item': () => applyOrder(started.journey, moved, at('2026-03-02T10:00:00Z')),
    'reach a milestone': () => reachMilestone(started.journey, { key: 'scheduled' }, at('2026-03-02T10:00:00Z')),
    'miss all dates': () => lookAtJourney(started.journey, late),
    'find nothing due': () => lookAtJourney(started.journey, at('2026-03-02T10:00:00Z'))
  }
  const timesUs = Object.entries(decisions).map(([name, decide]) => [name, median(roundsOf(decide))] as const)
  for (const [name, us] of timesUs) say(`  ${name}: ${us.toFixed(1)} µs`)
  expectEight(journey)
  const slowest = timesUs.reduce((a, b) => (b[1] > a[1] ? b : a))
  return {
    measure: 'Decision about a journey of 8 milestones',
    engine: engine.name,
    ours: `${slowest[1].toFixed(1)} µs (${slowest[0]}, the slowest of ${timesUs.length})`,
    reference: '',
    ratio: '',
    target: `< ${MAX_US} µs`,
    isMet: slowest[1] < MAX_US
  }
}

/** In microseconds. */
function roundsOf(decide: () => unknown): number[] {
  const rounds: number[] = []
  for (let round = -1; round < ROUNDS; round++) {
    const startedAt = performance.now()
    for (let run = 0; run < RUNS; run++) decide()
    if (round >= 0) rounds.push(((performance.now() - startedAt) * 1000) / RUNS)
  }
  return rounds
}

function expectEight({ milestone }: Journey): void {
  if (milestone.length !== 8) throw new Error(`${milestone.length} milestones`)
}
