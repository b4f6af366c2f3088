import * as fc from 'fast-check'
import t from 'tap'
import { applyOrder, applyServiceOrder, defaultJourneySpecification, type Journey, startJourney } from '../journey/index.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { pathBetween } from '../kernel/transitions.ts'
import {
  acceptOrder,
  acknowledgeOrder,
  type Cancellation,
  confirmCancellation,
  decideCancellation,
  isFinalItem,
  isFinalOrder,
  leavesOf,
  type OrderChange,
  refuseCancellation
} from '../ordering/index.ts'
import type { FmsResult, ServiceOrderReport } from '../ports/fms-gateway.ts'
import type { Product } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { type FmsFault, type FmsOperation, fmsFaults } from '../testing/fms-faults.ts'
import { MemoryFms } from '../testing/memory-fms.ts'
import {
  type Answer,
  afterCancel,
  afterCreate,
  afterGet,
  afterLookUp,
  afterLostAnswer,
  beginCreate,
  cancelFulfilment,
  cancellationVerdict,
  decideFallout,
  defaultFulfilmentSettings,
  defaultStateMap,
  type Fallout,
  type FalloutCommand,
  type Fulfilment,
  type FulfilmentChange,
  type FulfilmentContext,
  followReport,
  fulfilmentMachine,
  intendFulfilment,
  isFinalMeaning,
  latestAttempts,
  nextStep,
  type ProductChange,
  type ProvisioningRule,
  resumeAfterRefusal,
  undoAfterCancellation,
  withoutLookUp
} from './index.ts'

const RUNS = 2_000
const START = Date.parse('2026-03-02T09:00:00Z')
const states = [
  'acknowledged',
  'inProgress',
  'pending',
  'held',
  'inProgress',
  'completed',
  'failed',
  'partial',
  'rejected',
  'cancelled'
]
const faults = Object.keys(fmsFaults) as FmsFault[]

const rule: ProvisioningRule = {
  id: 'rule-1',
  key: 'device',
  name: 'Device',
  version: 1,
  lifecycleStatus: 'active',
  match: { productOfferingId: ['device'] },
  serviceOrderItem: [{ key: 'line' }, { key: 'router', requires: ['line'], supportingResource: [{ type: 'Router' }] }]
}

type Command =
  | { readonly kind: 'step' | 'deliver' | 'complete' | 'milestone' | 'endCancellation'; readonly at: number }
  | { readonly kind: 'crash' | 'cancel' | 'strangeCallback' }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'fault'; readonly operation: 'create' | 'get' | 'list' | 'cancel' | 'cancellation'; readonly fault: number }
  | { readonly kind: 'move'; readonly at: number; readonly state: number }
  | { readonly kind: 'callback'; readonly at: number }
  | { readonly kind: 'decide'; readonly at: number; readonly what: number }

const at = fc.nat({ max: 50 })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constantFrom('step', 'deliver'), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('complete', 'milestone', 'endCancellation'), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash', 'strangeCallback') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(100, 16_000, 31_000, 900_000) })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      operation: fc.constantFrom('create' as const, 'create', 'get', 'list', 'cancel', 'cancellation'),
      fault: at
    })
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('move' as const), at, state: at }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('callback' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('decide' as const), at, what: at }) }
)

function must<T>(decision: T | Refusal): T {
  if (isRefusal(decision)) throw new Error(`${decision.refused}: ${decision.message}`)
  return decision
}

function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

function pick<T>(all: readonly T[], index: number): T | undefined {
  return all[index % Math.max(1, all.length)]
}

/** Everything around the decisions, in memory and in virtual time: what a worker, a store and an operator would do. */
class World {
  readonly fms: MemoryFms
  readonly records = new Map<string, Fulfilment>()
  readonly fallouts = new Map<string, Fallout>()
  readonly products = new Map<string, Product>()
  readonly told: ServiceOrderReport[] = []
  /** What the next calls will find. */
  readonly faults = new Map<FmsOperation, FmsFault[]>()
  /** Calls of which the answer has not been recorded yet. */
  inFlight: { readonly id: string; readonly apply: (record: Fulfilment) => FulfilmentChange }[] = []
  order: ProductOrder
  journey: Journey
  task: Cancellation['tasks'][number] | undefined
  now = START
  #ids = 0

  constructor(canLookUp: boolean, offerings: readonly string[]) {
    this.fms = new MemoryFms({ canLookUp, now: () => new Date(this.now) })
    const productOrderItem = offerings.map((id, index) => ({ id: `${index}`, action: 'add' as const, productOffering: { id } }))
    this.order = must(acknowledgeOrder({ productOrderItem }, { id: 'order-1', now: new Date(START) }))
    const milestone = [
      ...defaultJourneySpecification.milestone,
      {
        key: 'shipped',
        name: 'Shipped',
        scope: 'item' as const,
        reachedBy: { by: 'serviceOrder' as const, milestone: 'shipped' }
      }
    ]
    const specification = { ...defaultJourneySpecification, milestone }
    this.journey = startJourney({ id: 'order-1', specification, order: this.order, calendars: [] }, this.context.moment).journey
    this.orderChanged(must(acceptOrder(this.order, this.context.moment)))
    const intention = intendFulfilment(this.order, { rules: [rule] }, this.context)
    for (const record of intention.records) this.records.set(record.id, record)
    for (const fallout of intention.fallouts) this.fallouts.set(fallout.id, fallout)
    this.orderChanged(intention.order)
  }

  get context(): FulfilmentContext {
    return {
      moment: { now: new Date(this.now), actor: 'worker' },
      settings: defaultFulfilmentSettings,
      random: () => 0.5,
      nextId: () => `id-${++this.#ids}`,
      canLookUp: this.fms.canLookUp
    }
  }

  get all(): Fulfilment[] {
    return [...this.records.values()]
  }

  get latest(): Fulfilment[] {
    return latestAttempts(this.all)
  }

  async run(command: Command): Promise<void> {
    switch (command.kind) {
      case 'step':
        return this.step(pick(this.all, command.at))
      case 'deliver':
        return this.deliver(command.at)
      case 'crash':
        this.inFlight = []
        return
      case 'advance':
        this.now += command.ms
        return
      case 'fault':
        this.faults.set(command.operation, [...(this.faults.get(command.operation) ?? []), pick(faults, command.fault)!])
        return
      case 'move':
        return this.moveAtFms(pick(this.fms.orders(), command.at), states[command.state % states.length]!)
      case 'complete':
        return this.moveAtFms(pick(this.fms.orders(), command.at), 'completed')
      case 'milestone':
        return this.reachAtFms(pick(this.fms.orders(), command.at))
      case 'endCancellation':
        return this.endCancellation(command.at)
      case 'callback':
        return this.callback(pick(this.told, command.at))
      case 'strangeCallback':
        return this.strangeCallback()
      case 'cancel':
        return this.cancel()
      case 'decide':
        return this.decide(command.at, command.what)
      default:
        return command satisfies never
    }
  }

  async step(record: Fulfilment | undefined): Promise<void> {
    if (!record) return
    const { id } = record
    const step = nextStep(record, defaultFulfilmentSettings, new Date(this.now))
    const send = async <T>(
      operation: FmsOperation,
      call: () => Promise<FmsResult<T>>,
      after: (now: Fulfilment, order: ProductOrder, answer: Answer<T>, context: FulfilmentContext) => FulfilmentChange
    ) => {
      const fault = this.faults.get(operation)?.shift()
      if (fault) this.fms.failNext(operation, fault)
      const asked = this.records.get(id)!
      const result = await call()
      this.watch()
      this.inFlight.push({ id, apply: now => after(now, this.order, { asked, result }, this.context) })
    }
    switch (step.kind) {
      case 'create': {
        const sent = beginCreate(record, this.context)
        if (!sent) throw new Error('a step that is due and cannot begin')
        this.records.set(id, sent)
        return send('create', () => this.fms.create(record.request), afterCreate)
      }
      case 'answerLost':
        return this.apply(record, afterLostAnswer(record, this.order, this.context))
      case 'lookUp':
        // Whatever the FMS takes in late it has taken in by now: that is what the settle time is for.
        this.fms.settle()
        this.watch()
        if (!this.fms.canLookUp) return this.apply(record, withoutLookUp(record, this.order, this.context))
        return send('list', () => this.fms.lookUp(id), afterLookUp)
      case 'get':
        return send('get', () => this.fms.get(record.serviceOrder!.id), afterGet)
      case 'cancel':
        return send('cancel', () => this.fms.cancel(record.serviceOrder!.id, 'because'), afterCancel)
      case 'cancellation':
        return send('cancellation', () => this.fms.cancellation(record.cancellation!.id!), afterCancel)
      case 'wait':
      case 'none':
        return
      default:
        step satisfies never
    }
  }

  deliver(index: number): void {
    const answer = pick(this.inFlight, index)
    if (!answer) return
    this.inFlight = this.inFlight.filter(each => each !== answer)
    const record = this.records.get(answer.id)!
    this.apply(record, answer.apply(record))
  }

  /** Callbacks may be sent of everything that ever was. */
  watch(): void {
    for (const order of this.fms.orders()) if (!this.told.includes(order)) this.told.push(order)
  }

  moveAtFms(order: ServiceOrderReport | undefined, state: string): void {
    if (!order || isFinalMeaning(defaultStateMap[order.state]!)) return
    if (state === 'completed') this.fms.complete(order.id)
    else this.fms.moveTo(order.id, state)
    this.watch()
  }

  reachAtFms(order: ServiceOrderReport | undefined): void {
    if (!order) return
    const milestones = [{ name: 'shipped', status: 'Completed' }]
    this.fms.move(order.id, before => ({ ...before, milestones }))
    this.watch()
  }

  endCancellation(index: number): void {
    const asked = this.all.flatMap(({ cancellation, serviceOrder }) =>
      cancellation?.id && serviceOrder ? [{ id: cancellation.id, order: serviceOrder.id }] : []
    )
    const chosen = pick(asked, index)
    if (!chosen) return
    const { state } = this.fms.orders().find(({ id }) => id === chosen.order)!
    const isOver = isFinalMeaning(defaultStateMap[state]!) && state !== 'cancelled'
    this.fms.endCancellation(chosen.id, isOver || index % 3 === 0 ? 'terminatedWithError' : 'done')
    this.watch()
  }

  callback(report: ServiceOrderReport | undefined): void {
    const record = report && this.records.get(report.externalId!)
    if (!record) return
    const change = followReport(record, this.order, { report, source: 'callback' }, this.context)
    this.apply(record, change)
    const again = followReport(change.record, this.order, { report, source: 'callback' }, this.context)
    insist(again.order.outcome === 'unchanged' && !again.product && !again.fallout, 'the same callback again changes something')
    insist(again.record.state === change.record.state, 'the same callback again moves the fulfilment')
  }

  strangeCallback(): void {
    const record = this.all[0]
    if (!record) return
    const report = {
      id: 'x',
      externalId: 'x',
      state: 'completed',
      items: [],
      milestones: [],
      jeopardyAlerts: [],
      errorMessages: []
    }
    const change = followReport(record, this.order, { report, source: 'callback' }, this.context)
    insist(change.outcome === 'unchanged', 'a callback about something else changes something')
  }

  cancel(): void {
    const decision = decideCancellation(
      this.order,
      { id: 'task', input: { productOrder: { id: this.order.id } } },
      this.context.moment
    )
    if (isRefusal(decision)) return
    this.task = decision.tasks.at(-1)
    this.orderChanged(decision.order)
    for (const record of this.latest) this.apply(record, cancelFulfilment(record, this.order, 'because', this.context))
    this.settleCancellation()
  }

  settleCancellation(): void {
    if (this.order.state !== 'assessingCancellation' || !this.task) return
    const verdict = cancellationVerdict(this.all)
    if (verdict === 'wait') return
    const decide = verdict === 'confirm' ? confirmCancellation : refuseCancellation
    const settled = must(decide(this.order, this.task, this.context.moment))
    this.task = undefined
    this.orderChanged(settled.order)
    const goOn = verdict === 'confirm' ? undoAfterCancellation : resumeAfterRefusal
    for (const record of this.latest) this.apply(record, goOn(record, this.order, this.context))
  }

  decide(index: number, what: number): void {
    const fallout = pick(
      [...this.fallouts.values()].filter(({ status }) => status !== 'resolved'),
      index
    )
    if (!fallout) return
    const commands: FalloutCommand[] = [
      { action: 'retry' },
      { action: 'compensate' },
      { action: 'skip' },
      { action: 'assign', owner: 'asha' },
      { action: 'completeByHand', result: { services: [{ id: 'by-hand' }] } },
      { action: 'retryWithChanges', changes: { items: [{ id: 'line', characteristics: [{ name: 'vlan', value: 7 }] }] } }
    ]
    const record = this.records.get(fallout.fulfilment.id)!
    const command = commands[what % commands.length]!
    const decision = decideFallout({ fallout, record, order: this.order }, command, { rules: [rule] }, this.context)
    if (isRefusal(decision)) return
    this.fallouts.set(fallout.id, decision.decided)
    this.apply(record, decision)
  }

  apply(before: Fulfilment, change: FulfilmentChange): void {
    const { record, more, news, fallout, resolved, product } = change
    insist(pathBetween(fulfilmentMachine, before.state, record.state) !== undefined, `${before.state} became ${record.state}`)
    if (change.outcome === 'unchanged') {
      insist(
        record === before && change.order.outcome === 'unchanged' && !fallout && !product,
        'unchanged, and something changes'
      )
      return
    }
    this.records.set(record.id, record)
    for (const each of more) {
      insist(!this.records.has(each.id), 'an attempt is made twice')
      this.records.set(each.id, each)
    }
    if (resolved) {
      const open = this.fallouts.get(resolved.id)!
      this.fallouts.set(open.id, { ...open, status: 'resolved' })
    }
    if (fallout) this.fallouts.set(fallout.id, fallout)
    if (product) this.stock(product)
    this.orderChanged(change.order)
    for (const each of news) this.journeyChanged(applyServiceOrder(this.journey, this.order, each, this.context.moment).journey)
    this.settleCancellation()
    this.examine()
  }

  stock(change: ProductChange): void {
    if (change.kind === 'create') {
      insist(!this.products.has(change.product.id), 'a product is created twice')
      this.products.set(change.product.id, change.product)
    } else this.products.set(change.id, change.apply(this.products.get(change.id)!))
  }

  orderChanged(change: OrderChange): void {
    for (const [index, item] of leavesOf(this.order.productOrderItem).entries()) {
      const next = leavesOf(change.order.productOrderItem)[index]!
      insist(!isFinalItem(item.state) || next.state === item.state, `an item that is ${item.state} became ${next.state}`)
    }
    insist(!isFinalOrder(this.order.state) || change.order.state === this.order.state, 'a final order moved')
    this.order = change.order
    this.journeyChanged(applyOrder(this.journey, change, this.context.moment).journey)
  }

  journeyChanged(journey: Journey): void {
    for (const [index, { key, state }] of this.journey.milestone.entries()) {
      insist(state === 'open' || journey.milestone[index]!.state === state, `the milestone ${key} was ${state}`)
    }
    this.journey = journey
  }

  /** What must hold after every step. */
  examine(): void {
    for (const { id } of this.all) insist(this.fms.countOf(id) <= 1, `the FMS has ${id} twice`)
    const open = [...this.fallouts.values()].filter(({ status }) => status !== 'resolved')
    const stopped = this.all.filter(({ state }) => state === 'fallout')
    insist(open.length === stopped.length, `${open.length} open fallout records for ${stopped.length} fulfilments`)
    for (const { fallout } of stopped)
      insist(
        open.some(({ id }) => id === fallout?.id),
        'a fallout record without a fulfilment'
      )
    for (const record of this.latest) {
      const item = leavesOf(this.order.productOrderItem).find(({ id }) => id === record.item.id)!
      if (record.state === 'fallout') insist(item.state !== 'inProgress', 'an item goes on while somebody has to decide')
      // What was delivered before the order was cancelled is undone, and stays completed.
      if (item.state !== 'completed' || record.purpose === 'compensate') continue
      insist(record.state === 'completed' || record.state === 'superseded', `completed, and its fulfilment is ${record.state}`)
    }
    for (const item of leavesOf(this.order.productOrderItem)) {
      const active = [...this.products.values()].filter(
        ({ status, productOrderItem }) => status === 'active' && productOrderItem?.some(each => each.orderItemId === item.id)
      )
      insist(active.length <= 1, 'an item has two products')
    }
  }

  /** The FMS does its work without faults, and somebody decides about all that fell out. */
  async drain(how = 0): Promise<void> {
    this.faults.clear()
    for (let round = 0; round < 60; round++) {
      while (this.inFlight.length > 0) this.deliver(0)
      for (const order of this.fms.orders()) this.moveAtFms(order, 'completed')
      for (let index = 1; index < 6; index++) this.endCancellation(index)
      for (let index = 0; index < 6; index++) this.decide(0, how + round + index)
      for (const record of this.all) await this.step(record)
      this.now += 700_000
      if (this.isOver()) return
    }
    const left = this.all.map(({ id, state, fallout, cancellation }) => [id, state, fallout?.kind, cancellation])
    throw new Error(`not over: the order is ${this.order.state}, ${JSON.stringify(left)}`)
  }

  isOver(): boolean {
    const isDone = ({ state }: Fulfilment) => state === 'completed' || state === 'cancelled' || state === 'superseded'
    return isFinalOrder(this.order.state) && this.inFlight.length === 0 && this.all.every(isDone)
  }
}

const reached = new Map<string, number>()
const kinds = new Map<string, number>()

t.test('whatever the FMS, the network and people do, nothing is sent twice and every order comes to its end', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.constantFrom('device', 'line'), { minLength: 1, maxLength: 3 }),
      fc.array(command, { minLength: 10, maxLength: 120, size: 'max' }),
      fc.nat({ max: 5 }),
      async (canLookUp, offerings, commands, how) => {
        const world = new World(canLookUp, offerings)
        for (const each of commands) {
          await world.run(each)
          world.examine()
        }
        await world.drain(how)
        reached.set(world.order.state, (reached.get(world.order.state) ?? 0) + 1)
        for (const { kind } of world.fallouts.values()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      }
    ),
    { numRuns: RUNS }
  )
  t.comment(`ended in ${JSON.stringify(Object.fromEntries(reached))}, fell out by ${JSON.stringify(Object.fromEntries(kinds))}`)
  for (const state of ['completed', 'cancelled', 'failed', 'partial']) t.ok(reached.has(state), `some orders ended as ${state}`)
})

t.test(
  'where nothing goes wrong but callbacks, every item is completed with its device, in whatever order they come',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ isStep: fc.boolean(), at, state: fc.nat({ max: 5 }) }), { maxLength: 40 }),
        async moves => {
          const world = new World(true, ['device', 'line'])
          for (const { isStep, at: index, state } of moves) {
            if (isStep) {
              await world.step(pick(world.all, index))
              world.deliver(index)
            } else {
              world.moveAtFms(pick(world.fms.orders(), index), states[state]!)
              world.callback(pick(world.told, index * 7))
            }
            world.now += 1_500
          }
          await world.drain()
          insist(world.fallouts.size === 0, 'something fell out')
          insist(world.order.state === 'completed', `the order is ${world.order.state}`)
          insist(world.products.size === 2, `there are ${world.products.size} products`)
          const device = [...world.products.values()].find(({ productOffering }) => productOffering?.id === 'device')
          insist(device?.productSerialNumber !== undefined, 'the device has no serial number')
        }
      ),
      { numRuns: RUNS }
    )
  }
)
