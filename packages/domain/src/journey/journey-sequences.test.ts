import * as fc from 'fast-check'
import t from 'tap'
import type { Moment } from '../kernel/moment.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import {
  acknowledgeOrder,
  allowedItemStates,
  allowedStates,
  decideItemMoves,
  decideOrderMove,
  itemsOf,
  leavesOf,
  productOrderItemStates,
  productOrderStates
} from '../ordering/index.ts'
import { milestoneStatuses, type ProductOrder } from '../resources/product-order.ts'
import {
  addMilestone,
  alertLevels,
  annotateMilestone,
  applyEvent,
  applyOrder,
  type Calendar,
  checkSpecification,
  correctMilestone,
  isOpenMilestone,
  type Journey,
  type JourneyChange,
  type JourneyMilestone,
  type JourneySpecification,
  lintSpecification,
  lookAtJourney,
  type MilestoneSpecification,
  mermaidOf,
  noticesOf,
  type ReachedBy,
  reachMilestone,
  replanMilestone,
  skipMilestone,
  startJourney,
  trackingView,
  withJourney
} from './index.ts'

const RUNS = 10_000
const START = Date.parse('2026-03-02T09:00:00Z')
const HOUR = 3_600_000

const office: Calendar = {
  id: 'office',
  name: 'Office',
  timeZone: 'Europe/Paris',
  workingHours: [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '08:00', to: '17:00' }]
}

const optionally = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const reachedBy = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ReachedBy>({ by: 'hand' }) },
  fc.constant<ReachedBy>({ by: 'requirements' }),
  fc.constant<ReachedBy>({ by: 'event', resource: 'customer' }),
  fc.subarray([...productOrderStates], { minLength: 1 }).map((states): ReachedBy => ({ by: 'orderState', states })),
  fc.subarray([...productOrderItemStates], { minLength: 1 }).map((states): ReachedBy => ({ by: 'itemState', states }))
)

const plan = fc.record({
  duration: fc.constantFrom('PT0S', 'PT4H', 'P1D', 'P3D', 'P1W'),
  from: fc.constantFrom('start' as const, 'requirements' as const),
  calendar: optionally(fc.constant('office'))
})

const rules = fc.record({
  reachedBy,
  plan: optionally(plan),
  isOptional: fc.boolean(),
  scope: fc.constantFrom('order' as const, 'order' as const, 'item' as const),
  isWarned: fc.boolean(),
  requires: fc.array(fc.nat({ max: 7 }), { maxLength: 3 })
})

/** Any graph without circles: each requires some of those before it. */
const specification = fc.array(rules, { minLength: 1, maxLength: 8 }).map((all): JourneySpecification => {
  const milestone = all.map((each, index): MilestoneSpecification => {
    const requires = [...new Set(each.requires)].filter(other => other < index).map(other => `m${other}`)
    const { calendar, ...rest } = each.plan ?? {}
    return {
      key: `m${index}`,
      name: `Milestone ${index}`,
      reachedBy: each.reachedBy.by === 'requirements' && requires.length === 0 ? { by: 'hand' } : each.reachedBy,
      requires,
      scope: each.scope,
      isOptional: each.isOptional,
      ...(each.plan && { plan: { ...rest, duration: each.plan.duration, ...(calendar && { calendar }) } }),
      ...(each.isWarned && { warning: { normal: 'P2D', hazard: 'P1D', critical: 'PT2H' } })
    }
  })
  return { id: 's-1', key: 's', version: 1, lifecycleStatus: 'active', name: 'S', milestone }
})

const commandKinds = [
  'reach',
  'reach',
  'skip',
  'replan',
  'annotate',
  'correct',
  'add',
  'wait',
  'due',
  'due',
  'order',
  'item',
  'item',
  'event'
] as const
const command = fc.record({
  kind: fc.constantFrom(...commandKinds),
  /** How much later than the one before it. */
  hours: fc.constantFrom(0, 0, 1, 5, 30, 100),
  pick: fc.nat({ max: 1_000 })
})
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

interface World {
  now: number
  order: ProductOrder
  journey: Journey
}

function begin(specification: JourneySpecification): World {
  const item = (id: string) => ({ id, action: 'add' as const })
  const order = acknowledgeOrder(
    { productOrderItem: [item('1'), { ...item('2'), productOrderItem: [item('3')] }] },
    { id: 'o', now: new Date(START) }
  )
  if (isRefusal(order)) throw new Error(order.message)
  const moment = { now: new Date(START), actor: 'asha' }
  const { journey } = startJourney({ id: 'j', specification, order, calendars: [office] }, moment)
  return { now: START, order: withJourney(order, journey), journey }
}

/** Does what a command says; what is picked from is there in any case. */
function run(world: World, { kind, pick }: Command): JourneyChange | Refusal | undefined {
  const { journey } = world
  const moment: Moment = { now: new Date(world.now), actor: 'asha', reason: 'because' }
  const { key } = journey.milestone[pick % journey.milestone.length]!
  const date = new Date(world.now + (pick % 300) * HOUR).toISOString()
  switch (kind) {
    case 'reach':
      return reachMilestone(
        journey,
        pick % 3 === 0 ? { key, date: new Date(world.now - (pick % 50) * HOUR).toISOString() } : { key },
        moment
      )
    case 'skip':
      return skipMilestone(journey, { key }, moment)
    case 'replan':
      return replanMilestone(journey, { key, date }, moment)
    case 'annotate':
      return annotateMilestone(journey, { key, text: 'x' }, moment)
    case 'correct':
      return correctMilestone(journey, { key }, moment)
    case 'add': {
      const before = journey.milestone[(pick * 7) % journey.milestone.length]!.key
      const planned = pick % 2 === 0 ? { plannedDate: date } : { plan: { duration: 'P1D' } }
      return addMilestone(journey, { name: 'Extra', after: key, ...(pick % 5 > 0 && { before }), ...planned }, moment)
    }
    case 'wait':
      return lookAtJourney(journey, moment)
    case 'due':
      if (journey.nextDueDate) world.now = Math.max(world.now, Date.parse(journey.nextDueDate))
      return lookAtJourney(journey, { ...moment, now: new Date(world.now) })
    case 'order':
    case 'item':
      return moveOrder(world, kind, pick, moment)
    case 'event':
      return applyEvent(journey, { resource: 'customer', kind: 'created', document: { productOrder: { id: 'o' } } }, moment)
    default:
      return kind satisfies never
  }
}

function moveOrder(world: World, kind: 'order' | 'item', pick: number, moment: Moment): JourneyChange | undefined {
  const { order, journey } = world
  const leaves = leavesOf(order.productOrderItem)
  const leaf = leaves[pick % leaves.length]!
  const states = kind === 'order' ? allowedStates(order) : allowedItemStates(leaf)
  const to = states[pick % (states.length || 1)]
  if (!to) return undefined
  const moved =
    kind === 'order'
      ? decideOrderMove(order, to, moment)
      : decideItemMoves(order, [{ itemId: leaf.id, to: to as 'held' }], moment)
  if (isRefusal(moved)) return undefined
  world.order = moved.order
  return applyOrder(journey, moved, moment)
}

function examine(before: Journey, change: JourneyChange, { kind }: Command, now: number): void {
  const { journey, outcome, history } = change
  if (outcome === 'unchanged') {
    insist(journey === before && history.length === 0, 'nothing is nothing')
    return
  }
  insist(journey.lastUpdate === new Date(now).toISOString(), 'the last update is now')
  insist(!journey.nextDueDate || Date.parse(journey.nextDueDate) > now, 'what is due has been done')
  const known = new Map(before.milestone.map(each => [each.key, each]))
  const seen = new Map(journey.milestone.map(each => [each.key, each]))
  insist(
    before.milestone.every(({ key }) => seen.has(key)),
    'no milestone is lost'
  )
  for (const milestone of journey.milestone) {
    examineMilestone(milestone, seen, now)
    const earlier = known.get(milestone.key)
    if (earlier) examineMove(earlier, milestone, change, kind)
  }
  const mandatory = journey.milestone.filter(each => isOpenMilestone(each) && !each.isOptional)
  insist(
    mandatory.every(each => each.forecastDate <= journey.expectedCompletionDate),
    'nothing mandatory comes after the end'
  )
}

/** What holds for a milestone in whatever way it came to be. */
function examineMilestone(milestone: JourneyMilestone, all: ReadonlyMap<string, JourneyMilestone>, now: number): void {
  const required = milestone.requires.map(key => all.get(key)!)
  const keys = [...all.keys()]
  insist(
    required.every(({ key }) => keys.indexOf(key) < keys.indexOf(milestone.key)),
    'each stands behind what it requires'
  )
  insist(isOpenMilestone(milestone) === (milestone.date === undefined), 'what is over has a date')
  if (isOpenMilestone(milestone)) {
    insist(Date.parse(milestone.forecastDate) >= now, 'nothing is expected in the past')
    const bounds = required.map(each => (isOpenMilestone(each) ? each.forecastDate : each.date!))
    insist(
      bounds.every(bound => milestone.forecastDate >= bound),
      'nothing is expected before what it requires'
    )
  }
  const alerts = milestone.alert ?? []
  const isRepeated = alerts.some(({ level, plannedDate }, index) => {
    const previous = alerts.slice(0, index).findLast(each => each.plannedDate === plannedDate)
    return previous !== undefined && alertLevels.indexOf(previous.level) >= alertLevels.indexOf(level)
  })
  insist(!isRepeated, 'an alert is raised once for a date')
}

/** What holds between a milestone before and after a decision. */
function examineMove(before: JourneyMilestone, after: JourneyMilestone, { history }: JourneyChange, kind: Command['kind']): void {
  const entries = history.filter(
    each => each.milestone?.key === after.key && each.attribute === 'state' && each.to !== 'violated'
  )
  insist(entries.length === (before.state === after.state ? 0 : 1), 'every move is recorded, once')
  insist(
    entries.every(({ from, to }) => from === before.state && to === after.state),
    'and as it was'
  )
  if (!isOpenMilestone(before) && kind !== 'correct') {
    insist(after.state === before.state && after.date === before.date, 'what is over stays over')
    insist(after.plannedDate === before.plannedDate && after.forecastDate === before.forecastDate, 'and its dates stay')
  }
  if (kind !== 'replan' && kind !== 'add') insist(after.plannedDate === before.plannedDate, 'plans move only on purpose')
  const [old, current] = [before.alert ?? [], after.alert ?? []]
  insist(
    old.every((each, index) => each === current[index]) && current.length - old.length <= 1,
    'alerts stay, and come one at a time'
  )
  const added = current[old.length]
  const wasLevel = before.plannedDate === after.plannedDate && before.level ? alertLevels.indexOf(before.level) : -1
  insist(!added || alertLevels.indexOf(added.level) > wasLevel, 'alerts only get worse')
  insist(!added || isOpenMilestone(after), 'nobody is warned of what is over')
}

function examineOrder(before: ProductOrder, after: ProductOrder, journey: Journey): void {
  insist(
    after.productOrderMilestone!.every(({ status }) => milestoneStatuses.includes(status!)),
    'the words of the standard'
  )
  const isNew = JSON.stringify(before.productOrderMilestone) !== JSON.stringify(after.productOrderMilestone)
  insist(isNew === noticesOf(before, after).some(({ kind }) => kind === 'milestone'), 'who follows milestones is told')
  insist(withJourney(after, journey) === after, 'the order has its journey')
  const { percentDone } = trackingView(after, journey)
  insist(percentDone >= 0 && percentDone <= 100, 'a part of the whole')
}

function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

t.test('no sequence of events takes a journey where it must not be', async t => {
  const counts = { changed: 0, unchanged: 0, refused: 0, alerts: 0, ended: 0 }
  fc.assert(
    fc.property(specification, fc.array(command, { minLength: 1, maxLength: 12 }), (specification, commands) => {
      const world = begin(specification)
      for (const each of commands) {
        world.now += each.hours * HOUR
        const { journey, order } = world
        const decision = run(world, each)
        if (!decision || isRefusal(decision)) {
          counts.refused += 1
          continue
        }
        examine(journey, decision, each, world.now)
        counts[decision.outcome] += 1
        world.journey = decision.journey
        world.order = withJourney(world.order, decision.journey)
        examineOrder(order, world.order, world.journey)
      }
      counts.alerts += world.journey.milestone.reduce((sum, { alert = [] }) => sum + alert.length, 0)
      counts.ended += world.journey.state === 'ended' ? 1 : 0
      insist(itemsOf(world.order.productOrderItem).length === 3, 'the order keeps its items')
    }),
    { numRuns: RUNS }
  )
  t.ok(Math.min(...Object.values(counts)) > 500, JSON.stringify(counts))
})

t.test('a specification that has no faults can be followed, warned of and drawn', async () => {
  fc.assert(
    fc.property(specification, specification => {
      insist(checkSpecification(specification, new Set(['office'])).length === 0, 'no faults')
      lintSpecification(specification)
      const lines = mermaidOf(specification).split('\n')
      return specification.milestone.every((_, index) => lines.some(line => line.endsWith(` m${index}`)))
    }),
    { numRuns: 300 }
  )
})

t.test('looked at whenever it is due, a journey says everything once, however late it is looked at in between', async () => {
  fc.assert(
    fc.property(specification, fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 6 }), (specification, pauses) => {
      let { journey, now } = begin(specification)
      const look = (at: number) => {
        now = at
        journey = lookAtJourney(journey, { now: new Date(now), actor: 'clock' }).journey
      }
      for (const hours of pauses) look(now + hours * HOUR)
      for (let count = 0; journey.nextDueDate; count++) {
        insist(count < 100, 'it comes to an end')
        look(Date.parse(journey.nextDueDate))
      }
      for (const { alert = [], level, plan, state } of journey.milestone) {
        const levels = alert.map(each => alertLevels.indexOf(each.level))
        insist(
          levels.every((each, index) => index === 0 || each > levels[index - 1]!),
          'each once, and in turn'
        )
        insist(state !== 'open' || (level === 'violated') === (plan !== undefined), 'in the end everything planned was missed')
      }
    }),
    { numRuns: 500 }
  )
})
