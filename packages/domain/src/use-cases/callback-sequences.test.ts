import * as fc from 'fast-check'
import t from 'tap'
import { type Fallout, falloutDefinition } from '../fulfilment/fallout.ts'
import { type Fulfilment, fulfilmentDefinition } from '../fulfilment/fulfilment.ts'
import {
  initialProvisioningCatalog,
  type ProvisioningCatalog,
  provisioningCatalogDefinition
} from '../fulfilment/provisioning-catalog.ts'
import type { ProvisioningRule } from '../fulfilment/provisioning-rule.ts'
import { defaultFulfilmentSettings } from '../fulfilment/settings.ts'
import { type Journey, journeyDefinition } from '../journey/journey.ts'
import type { MilestoneSpecification } from '../journey/journey-specification.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { ResourceDefinition } from '../kernel/resource.ts'
import { type OrderHistory, orderHistoryDefinition } from '../ordering/history.ts'
import { orderItemMachine } from '../ordering/order-item-states.ts'
import { orderMachine } from '../ordering/order-states.ts'
import type { ServiceOrderReport } from '../ports/fms-gateway.ts'
import { everything } from '../query/filter.ts'
import { type Product, productDefinition } from '../resources/product.ts'
import { type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import { MemoryFms } from '../testing/memory-fms.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { acceptProductOrder } from './accept-product-order.ts'
import { activateJourneySpecification } from './activate-journey-specification.ts'
import { createJourneySpecification } from './create-journey-specification.ts'
import { followNotification } from './follow-notification.ts'
import { placeProductOrder } from './place-product-order.ts'
import { stepFulfilment } from './step-fulfilment.ts'

/** Sequences: all of them in the long form, otherwise those for which there is time. */
const RUNS = 5_000
const isLongForm = process.env['LONG_FORM'] === 'yes'
const LEAST = isLongForm ? RUNS : 300
const BUDGET_MS = 10_000
const POLL_AFTER_MS = 700_000
const context: RequestContext = { tenant: 'default', actor: 'fms', correlationId: 'c' }

/** What the FMS says a service order is, and what is to become of the item by that. */
const meanings = {
  acknowledged: 'inProgress',
  inProgress: 'inProgress',
  pending: 'held',
  held: 'held',
  completed: 'completed',
  failed: 'fallout',
  rejected: 'fallout',
  partial: 'fallout',
  cancelled: 'fallout'
} as const
type FmsState = keyof typeof meanings
const fmsStates = Object.keys(meanings) as FmsState[]

type ItemState = 'inProgress' | 'held' | 'completed'

/** An item as the model has it: by what the FMS is, and by what we were told and believe. */
interface ModelItem {
  /** What the FMS has made of its service order: nothing changes after the end. */
  truth: FmsState
  state: ItemState
  /** The FMS holds it, as we know it. */
  isHeld: boolean
  hasFallenOut: boolean
  /** Whether the FMS was heard saying that it had begun. */
  hasBegun: boolean
  /** Every state that the item has been in, in turn. */
  readonly passed: ItemState[]
}

interface Model {
  readonly items: ModelItem[]
}

function become(item: ModelItem, state: ItemState): void {
  if (item.state === state) return
  // Nothing is completed that was not in progress.
  if (item.state === 'held' && state === 'completed') item.passed.push('inProgress')
  item.state = state
  item.passed.push(state)
}

function isOver({ state, hasFallenOut }: ModelItem): boolean {
  return state === 'completed' || hasFallenOut
}

/** The FMS was asked: what it says is so. */
function isAsked(item: ModelItem): void {
  if (isOver(item)) return
  const meaning = meanings[item.truth]
  if (item.truth === 'inProgress') item.hasBegun = true
  item.isHeld = meaning === 'held'
  item.hasFallenOut = meaning === 'fallout'
  become(item, meaning === 'fallout' ? 'held' : meaning)
}

/** It has told by itself: believed is what cannot change any more, and nothing else that would be seen. */
function tells(item: ModelItem, state: FmsState, isWhole: boolean): void {
  if (isOver(item)) return
  if (state === 'inProgress') item.hasBegun = true
  if (state === 'completed' && isWhole) become(item, 'completed')
}

function fallsOut(item: ModelItem): void {
  if (isOver(item)) return
  item.hasFallenOut = true
  become(item, 'held')
}

/** A CRM of which nothing is a model: the use cases, a store, and an FMS that does as it is told. */
class Real {
  readonly fms: MemoryFms
  readonly #store: MemoryStore
  readonly #told: ServiceOrderReport[] = []
  #now = Date.parse('2026-03-02T09:00:00Z')
  #ids = 0
  #orderId = ''

  constructor() {
    const clock = { now: () => new Date(this.#now) }
    this.#store = new MemoryStore({ clock })
    this.fms = new MemoryFms({ now: clock.now })
  }

  get #dependencies() {
    return {
      unitOfWork: this.#store,
      store: this.#store,
      clock: { now: () => new Date(this.#now) },
      ids: { next: () => `id-${String(++this.#ids).padStart(5, '0')}` },
      fms: this.fms,
      fulfilment: { settings: defaultFulfilmentSettings, random: () => 0.5, canLookUp: true }
    }
  }

  async begin(): Promise<void> {
    await this.#useRule()
    await this.#useJourney()
    const productOrderItem = ['line', 'router'].map((id, index) => ({
      id: `${index}`,
      action: 'add' as const,
      productOffering: { id }
    }))
    this.#orderId = (await placeProductOrder(this.#dependencies, { productOrderItem }, context)).stored.id
    await acceptProductOrder(this.#dependencies, this.#orderId, context)
    await this.work()
    this.#remember()
  }

  async work(): Promise<void> {
    for (;;) {
      const claim = { kinds: ['fulfil'], limit: 1, leaseMs: 60_000, now: new Date(this.#now) } as const
      const [work] = await this.#store.work.claim(claim)
      if (!work) return
      await this.#store.work.done(work, await stepFulfilment(this.#dependencies, work.id, context))
    }
  }

  async poll(): Promise<void> {
    this.#now += POLL_AFTER_MS
    await this.work()
  }

  move(index: number, to: FmsState): void {
    const { id } = this.#orderOf(index)
    if (to === 'completed') this.fms.complete(id)
    else this.fms.moveTo(id, to)
    this.#remember()
  }

  /** One that was true once, whatever is true by now. */
  report(which: number): { readonly index: number; readonly report: ServiceOrderReport } {
    const report = this.#told[which % this.#told.length]!
    return { index: Number(report.externalId!.split(':')[1]), report }
  }

  hear(report: ServiceOrderReport | undefined, about: object): Promise<'followed' | 'unknown'> {
    this.#now += 10
    const notification = { eventType: 'ServiceOrderStateChangeEvent', change: 'stateChanged' as const, ...about }
    return followNotification(this.#dependencies, { ...notification, ...(report && { report }) }, context)
  }

  #orderOf(index: number): ServiceOrderReport {
    return this.fms.orders().find(({ externalId }) => externalId === `${this.#orderId}:${index}:1`)!
  }

  #remember(): void {
    for (const order of this.fms.orders()) if (!this.#told.includes(order)) this.#told.push(order)
  }

  async #useRule(): Promise<void> {
    const rule: ProvisioningRule = {
      id: 'router',
      key: 'router',
      name: 'Router',
      version: 1,
      lifecycleStatus: 'active',
      match: { productOfferingId: ['router'] },
      serviceOrderItem: [{ key: 'router', supportingResource: [{ type: 'Router' }] }]
    }
    const catalog: ProvisioningCatalog = { ...initialProvisioningCatalog, rule: [rule] }
    await this.#store.run('default', async transaction => {
      transaction.insert(provisioningCatalogDefinition, catalog)
    })
  }

  async #useJourney(): Promise<void> {
    const begun: MilestoneSpecification = {
      key: 'begun',
      name: 'Begun',
      scope: 'item',
      reachedBy: { by: 'serviceOrder', states: ['inProgress'] }
    }
    const journey = { key: 'j', name: 'J', priority: 1, milestone: [begun] }
    const drafted = await createJourneySpecification(this.#dependencies, journey, context)
    await activateJourneySpecification(this.#dependencies, { id: drafted.stored.id }, context)
  }

  async #list<R>(definition: ResourceDefinition): Promise<R[]> {
    const query = { filter: everything, sort: [], limit: 10_000, offset: 0, count: false }
    return (await this.#store.list('default', definition, query)).items.map(({ document }) => JSON.parse(document) as R)
  }

  async #get<R>(definition: ResourceDefinition): Promise<R> {
    return JSON.parse((await this.#store.get('default', definition, this.#orderId))!.document) as R
  }

  /** Whether it is as the model has it. */
  async compare({ items }: Model): Promise<void> {
    const order = await this.#get<ProductOrder>(productOrderDefinition)
    const journey = await this.#get<Journey>(journeyDefinition)
    const fulfilments = await this.#list<Fulfilment>(fulfilmentDefinition)
    for (const [index, item] of items.entries()) {
      const state = order.productOrderItem[index]!.state
      insist(state === item.state, `item ${index} is ${state}, and should be ${item.state}`)
      const fulfilment = fulfilments.find(each => each.item.id === `${index}`)!
      const expected = item.state === 'completed' ? 'completed' : item.hasFallenOut ? 'fallout' : 'placed'
      insist(fulfilment.state === expected, `fulfilment ${index} is ${fulfilment.state}, and should be ${expected}`)
      const begun = journey.milestone.find(each => each.item?.id === `${index}`)!
      const isReached = begun.state === 'reached'
      const isEnded = journey.state === 'ended'
      insist(isReached === item.hasBegun || (isEnded && !item.hasBegun), `the milestone of item ${index} is ${begun.state}`)
    }
    insist(order.state === orderStateOf(items), `the order is ${order.state}`)
  }

  /** Every transition is a legal one, is recorded once, and is told once. */
  async compareTransitions({ items }: Model): Promise<void> {
    const history = await this.#list<OrderHistory>(orderHistoryDefinition)
    for (const [index, item] of items.entries()) {
      const passed = history.filter(({ subject, item: of }) => subject === 'item' && of?.id === `${index}`)
      const states = passed.map(({ to }) => to)
      insist(
        states.join() === item.passed.join(),
        `item ${index} went ${states.join()}, and should have gone ${item.passed.join()}`
      )
      for (const { from, to } of passed) insist(isIn(orderItemMachine.transitions, from, to), `${from} became ${to}`)
    }
    const ofOrder = history.filter(({ subject }) => subject === 'order')
    for (const { from, to } of ofOrder) insist(isIn(orderMachine.transitions, from, to), `the order was ${from} and became ${to}`)
    const { events } = await this.#store.read('default', { limit: 10_000 })
    const told = events.filter(({ resource, kind }) => resource === 'productOrder' && kind === 'stateChanged')
    const states = told.map(({ document }) => (JSON.parse(document) as ProductOrder).state)
    insist(states.join() === ofOrder.map(({ to }) => to).join(), `told was ${states.join()}`)
    await this.#compareOutcome(items, name => events.filter(({ resource, kind }) => `${resource} ${kind}` === name).length)
  }

  async #compareOutcome(items: readonly ModelItem[], count: (event: string) => number): Promise<void> {
    const completed = items.filter(({ state }) => state === 'completed').length
    const fallen = items.filter(({ hasFallenOut }) => hasFallenOut).length
    const products = (await this.#list<Product>(productDefinition)).length
    const fallouts = (await this.#list<Fallout>(falloutDefinition)).length
    insist(products === completed && count('product created') === completed, `${products} products for ${completed} items`)
    insist(fallouts === fallen && count('fallout created') === fallen, `${fallouts} fallout records for ${fallen} items`)
    insist(count('fallout stateChanged') === 0, 'a fallout record was resolved by nobody')
  }
}

function orderStateOf(items: readonly ModelItem[]): string {
  if (items.every(({ state }) => state === 'completed')) return 'completed'
  if (items.some(({ state }) => state === 'inProgress')) return 'inProgress'
  return 'held'
}

function isIn(table: Readonly<Record<string, readonly string[]>>, from: string, to: string): boolean {
  return table[from]?.includes(to) ?? false
}

function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

const counts = new Map<string, number>()

abstract class Command implements fc.AsyncCommand<Model, Real> {
  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.act(model, real)
    await real.compare(model)
  }

  abstract act(model: Model, real: Real): Promise<unknown>

  note(what: string): void {
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
}

class Move extends Command {
  readonly index: number
  readonly to: FmsState

  constructor(index: number, to: FmsState) {
    super()
    this.index = index
    this.to = to
  }

  /** The FMS does something, and says nothing. */
  async act({ items }: Model, real: Real): Promise<void> {
    const item = items[this.index]!
    const isFinal = meanings[item.truth] === 'completed' || meanings[item.truth] === 'fallout'
    if (isFinal) return
    item.truth = this.to
    real.move(this.index, this.to)
  }

  override toString(): string {
    return `item ${this.index} is ${this.to} at the FMS`
  }
}

class CallBack extends Command {
  readonly which: number
  readonly form: 'whole' | 'scant' | 'byId' | 'empty' | 'garbage' | 'otherId' | 'unknown'

  constructor(which: number, form: CallBack['form']) {
    super()
    this.which = which
    this.form = form
  }

  /** Of anything that was ever true, in any order, as often as one likes. */
  async act({ items }: Model, real: Real): Promise<void> {
    const { index, report } = real.report(this.which)
    const item = items[index]!
    const ids = { serviceOrderId: report.id, externalId: report.externalId! }
    this.note(this.form)
    switch (this.form) {
      case 'whole':
        insist((await real.hear(report, ids)) === 'followed', 'a callback about one of ours is about nobody')
        return tells(item, report.state as FmsState, true)
      case 'byId':
        await real.hear(report, { serviceOrderId: report.id })
        return tells(item, report.state as FmsState, true)
      case 'scant':
        await real.hear({ ...report, items: [] }, ids)
        return tells(item, report.state as FmsState, false)
      case 'empty':
        insist((await real.hear(undefined, ids)) === 'followed', 'a callback without a report is about nobody')
        return
      case 'garbage':
        await real.hear({ ...report, state: 'borked' }, ids)
        return
      case 'otherId':
        // Two service orders where one may be: people have to look at that.
        await real.hear({ ...report, id: 'another' }, { ...ids, serviceOrderId: 'another' })
        return fallsOut(item)
      case 'unknown':
        insist(
          (await real.hear({ ...report, id: 'x', externalId: 'x:1:1' }, { serviceOrderId: 'x', externalId: 'x:1:1' })) ===
            'unknown',
          'a callback about nobody is about one of ours'
        )
        return
      default:
        this.form satisfies never
    }
  }

  override toString(): string {
    return `a callback (${this.form}) of report ${this.which}`
  }
}

class Poll extends Command {
  async act({ items }: Model, real: Real): Promise<void> {
    this.note('poll')
    await real.poll()
    for (const item of items) isAsked(item)
  }

  override toString(): string {
    return 'the FMS is asked'
  }
}

const index = fc.nat({ max: 1 })
const commands = fc.commands(
  [
    fc.tuple(index, fc.constantFrom(...fmsStates)).map(([at, to]) => new Move(at, to)),
    fc
      .tuple(index, fc.constantFrom('inProgress' as const, 'held' as const, 'completed' as const))
      .map(([at, to]) => new Move(at, to)),
    fc.nat({ max: 40 }).map(which => new CallBack(which, 'whole')),
    fc
      .tuple(fc.nat({ max: 40 }), fc.constantFrom('whole', 'scant', 'byId', 'empty', 'garbage', 'otherId', 'unknown'))
      .map(([which, form]) => new CallBack(which, form as CallBack['form'])),
    fc.constant(new Poll())
  ],
  { maxCommands: 30, size: '+1' }
)

t.test('whatever callbacks come, in whatever order and however often, what is believed is what the FMS says', async t => {
  const reached = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(commands, async sequence => {
      const model: Model = {
        items: [0, 1].map(() => ({
          truth: 'acknowledged',
          state: 'inProgress',
          isHeld: false,
          hasFallenOut: false,
          hasBegun: false,
          passed: ['inProgress']
        }))
      }
      const real = new Real()
      await real.begin()
      await fc.asyncModelRun(() => ({ model, real }), sequence)
      await new Poll().run(model, real)
      await real.compareTransitions(model)
      const state = orderStateOf(model.items)
      reached.set(state, (reached.get(state) ?? 0) + 1)
    }),
    { numRuns: RUNS, ...(!isLongForm && { interruptAfterTimeLimit: BUDGET_MS }) }
  )
  const run = [...reached.values()].reduce((sum, count) => sum + count, 0)
  t.ok(run >= LEAST)
  t.comment(
    `${run} sequences: ${JSON.stringify(Object.fromEntries(counts))}, ended in ${JSON.stringify(Object.fromEntries(reached))}`
  )
  t.same([...reached.keys()].sort(), ['completed', 'held', 'inProgress'])
})
