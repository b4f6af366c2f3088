import { defaultStateMap, isFinalMeaning } from '../../fulfilment/state-map.ts'
import type { ServiceOrderCancellation, ServiceOrderReport } from '../../ports/fms-gateway.ts'
import type { MemoryFms } from '../memory-fms.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'
import { insistThat } from './violation.ts'

export interface FmsLifeOptions {
  readonly timeline: Timeline
  readonly random: Random
  /** How often service orders take a bad turn, from 0 to 1. */
  readonly faults: number
  /** Something has changed that others are to hear of. */
  readonly onNews: (order: ServiceOrderReport) => void
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** What becomes of a service order by itself; `silent`: nothing for hours. */
const badTurns = {
  held: 2,
  garbage: 1,
  back: 1,
  failed: 1,
  partial: 1,
  rejected: 1,
  cancelled: 1,
  withoutDevice: 1,
  silent: 1
} as const
type Turn = keyof typeof badTurns | 'well'

/** What the FMS does with what was placed there, each at its time. */
export class FmsLife {
  readonly #fms: MemoryFms
  readonly #options: FmsLifeOptions
  #orders = 0
  #cancellations = 0
  #isCalm = false

  constructor(fms: MemoryFms, options: FmsLifeOptions) {
    this.#fms = fms
    this.#options = options
  }

  /** Takes up what was placed since. To be called after every call that the FMS has got. */
  look(): void {
    const orders = this.#fms.orders()
    for (const order of orders.slice(this.#orders)) {
      const count = this.#fms.countOf(order.externalId!)
      insistThat(count === 1, () => `the FMS has ${count} service orders for ${order.externalId}`)
      this.#begin(order.id)
    }
    this.#orders = orders.length
    const cancellations = this.#fms.cancellations()
    for (const each of cancellations.slice(this.#cancellations)) this.#beginCancellation(each)
    this.#cancellations = cancellations.length
  }

  /** From now on everything comes to a good end. */
  calm(): void {
    this.#isCalm = true
    const { timeline, random } = this.#options
    const finish = () => {
      for (const { id } of this.#fms.orders()) if (random.chance(0.5)) this.#turn(id, 'completed')
      timeline.after(5 * MINUTE_MS, finish)
    }
    timeline.after(MINUTE_MS, finish)
  }

  isFinal(id: string): boolean {
    const meaning = defaultStateMap[this.#orderOf(id).state]
    return meaning !== undefined && isFinalMeaning(meaning)
  }

  #begin(id: string): void {
    const { random, faults } = this.#options
    const isBad = !this.#isCalm && random.chance(faults)
    const turn: Turn = isBad ? random.weighted(badTurns) : 'well'
    const paceMs = random.pick([0.2, 5, 60]) * SECOND_MS
    const plan = [...(random.chance(0.8) ? ['inProgress'] : []), ...(random.chance(0.4) ? ['milestone'] : []), ...turns[turn]]
    let atMs = turn === 'silent' ? random.between(1, 6) * HOUR_MS : 0
    for (const state of plan) {
      atMs += random.between(0, 2 * paceMs)
      this.#options.timeline.after(atMs, () => this.#turn(id, state))
    }
  }

  #turn(id: string, to: string): void {
    if (this.isFinal(id)) return
    const fms = this.#fms
    if (to === 'completed') fms.complete(id)
    else if (to === 'milestone')
      fms.move(id, order => ({ ...order, milestones: [{ name: 'deviceShipped', status: 'completed' }] }))
    else if (to === 'withoutDevice') fms.move(id, withoutDevices)
    else fms.moveTo(id, to)
    this.#options.onNews(this.#orderOf(id))
  }

  #beginCancellation({ id, serviceOrderId }: ServiceOrderCancellation): void {
    const { timeline, random } = this.#options
    const orderId = serviceOrderId!
    const isRefused = random.chance(0.3)
    const paceMs = random.pick([0.2, 10, 600]) * SECOND_MS
    if (random.chance(0.5)) {
      timeline.after(random.between(0, paceMs), () => {
        const { state } = this.#fms.cancellations().find(each => each.id === id)!
        if (state === 'accepted') this.#turn(orderId, random.pick(['assessingCancellation', 'pendingCancellation']))
      })
    }
    timeline.after(random.between(paceMs, 2 * paceMs), () => {
      const { state } = this.#orderOf(orderId)
      const isOver = this.isFinal(orderId) && state !== 'cancelled'
      const isDone = state === 'cancelled' || (!isOver && !isRefused)
      this.#fms.endCancellation(id, isDone ? 'done' : 'terminatedWithError')
      const isBack = !isDone && (state === 'assessingCancellation' || state === 'pendingCancellation')
      if (isBack) this.#fms.moveTo(orderId, 'inProgress')
      this.#options.onNews(this.#orderOf(orderId))
    })
  }

  #orderOf(id: string): ServiceOrderReport {
    return this.#fms.orders().find(order => order.id === id)!
  }
}

/** Everything is done but that there was no device left. */
function withoutDevices(order: ServiceOrderReport): ServiceOrderReport {
  const items = order.items.map(item => {
    const service = item.service ?? { characteristics: [], supportingResources: [] }
    return { ...item, state: 'completed', service: { ...service, id: service.id ?? `service-${order.id}-${item.id}` } }
  })
  return { ...order, state: 'completed', items }
}

const turns: Readonly<Record<Turn, readonly string[]>> = {
  well: ['completed'],
  held: ['held', 'inProgress', 'pending', 'completed'],
  garbage: ['borked', 'toString', 'inProgress', 'completed'],
  back: ['inProgress', 'acknowledged', 'inProgress', 'completed'],
  failed: ['failed'],
  partial: ['partial'],
  rejected: ['rejected'],
  cancelled: ['cancelled'],
  withoutDevice: ['withoutDevice'],
  silent: ['inProgress', 'completed']
}
