import type * as FastCheck from 'fast-check'
import type { ClaimedDelivery, ClaimOptions } from '../ports/delivery-queue.ts'
import type { TestRunner } from './contract.ts'
import { DeliveryWorld, type QueueUnderTest } from './delivery-world.ts'

interface Options {
  readonly fc: typeof FastCheck
  readonly makeQueue: (clock: { now(): Date }) => Promise<QueueUnderTest>
  readonly runs: number
}

type End = 'delivered' | 'retry' | 'park' | 'giveBack'
type Step =
  | { readonly kind: 'publish'; readonly resources: readonly string[] }
  | { readonly kind: 'fanOut'; readonly limit: number; readonly take: number; readonly leaseMs: number }
  | { readonly kind: 'claim'; readonly limit: number; readonly leaseMs: number }
  | { readonly kind: 'end'; readonly which: number; readonly how: End }
  | { readonly kind: 'release' | 'pause' | 'resume' | 'open' | 'close'; readonly which: number }
  | { readonly kind: 'pass'; readonly seconds: number }

/** Sequences of everything that can happen, held against a simple model of what may be claimed when. */
export async function generatedDeliveries(t: TestRunner, { fc, makeQueue, runs }: Options): Promise<void> {
  const which = fc.nat(50)
  const step: FastCheck.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('publish' as const),
        resources: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('fanOut' as const),
        limit: fc.integer({ min: 1, max: 6 }),
        take: fc.integer({ min: 0, max: 4 }),
        leaseMs: fc.constantFrom(0, 600_000, 600_000)
      })
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('claim' as const),
        limit: fc.integer({ min: 1, max: 8 }),
        leaseMs: fc.constantFrom(0, 600_000, 600_000)
      })
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('end' as const),
        which,
        how: fc.constantFrom<End[]>('delivered', 'delivered', 'delivered', 'retry', 'park', 'giveBack')
      })
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('release', 'pause', 'resume', 'open', 'close'), which })
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 60 }) }) }
  )
  const clock = { ms: Date.parse('2026-03-01T09:00:00Z') }
  const under = await makeQueue({ now: () => new Date(clock.ms) })
  const world = new DeliveryWorld(under, clock)
  let sequences = 0
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), steps => new Sequence(world, ++sequences).run(steps)),
      { numRuns: runs }
    )
  } finally {
    await under.close()
  }
  t.ok(true, `${runs} sequences`)
}

interface Expected {
  readonly eventId: string
  readonly resourceId: string
  state: 'open' | 'parked' | 'done'
  isReleased: boolean
  /** The claim that counts. */
  token: number
}

class Sequence {
  readonly #world: DeliveryWorld
  /** There from the start, and one that comes later. */
  readonly #first: readonly string[]
  readonly #late: string
  readonly #expected: ReadonlyMap<string, Expected[]>
  readonly #claims: ClaimedDelivery[] = []
  readonly #paused = new Set<string>()

  constructor(world: DeliveryWorld, number: number) {
    this.#world = world
    this.#first = [`s-${number}`, `t-${number}`]
    this.#late = `u-${number}`
    this.#expected = new Map([...this.#first, this.#late].map(id => [id, []]))
  }

  async run(steps: readonly Step[]): Promise<void> {
    try {
      for (const id of this.#first) await this.#world.subscribe(id)
      const half = Math.floor(steps.length / 2)
      for (const step of steps.slice(0, half)) await this.#do(step, this.#first)
      await this.#world.subscribe(this.#late)
      for (const step of steps.slice(half)) await this.#do(step, [...this.#first, this.#late])
      await this.#finish()
    } finally {
      for (const id of this.#expected.keys()) await this.#world.unsubscribe(id).catch(() => undefined)
    }
  }

  async #do(step: Step, listening: readonly string[]): Promise<void> {
    const { queue, now } = this.#world
    switch (step.kind) {
      case 'publish':
        return this.#publish(step.resources, listening)
      case 'fanOut':
        return this.#fanOut(step.limit, { limit: step.take, leaseMs: step.leaseMs, now })
      case 'claim':
        return this.#claim(step.limit, step.leaseMs)
      case 'end':
        return this.#end(step.which, step.how)
      case 'pass':
        return this.#world.pass(step.seconds)
      case 'release':
        return this.#release(listening[step.which % listening.length]!)
      case 'pause':
      case 'resume':
        return this.#pause(listening[step.which % listening.length]!, step.kind === 'pause')
      case 'open': {
        const openUntil = new Date(now.getTime() + 5_000)
        return queue.setBreaker(
          { subscription: listening[step.which % listening.length]! },
          { state: 'open', failures: 5, openUntil },
          now
        )
      }
      case 'close':
        return queue.setBreaker(
          { subscription: listening[step.which % listening.length]! },
          { state: 'closed', failures: 0 },
          now
        )
      default:
        return step satisfies never
    }
  }

  async #publish(resources: readonly string[], listening: readonly string[]): Promise<void> {
    const events = await this.#world.publish(resources)
    for (const id of listening) {
      for (const [index, eventId] of events.entries()) {
        const resourceId = resources[index]!
        this.#expected.get(id)!.push({ eventId, resourceId, state: 'open', isReleased: false, token: 0 })
      }
    }
  }

  async #fanOut(limit: number, claim: ClaimOptions): Promise<void> {
    const { claimed } = await this.#world.queue.fanOut(() => true, limit, ...(claim.limit > 0 ? [claim] : []))
    if (claimed.length > claim.limit) throw new Error(`${claimed.length} of ${claim.limit} were taken`)
    this.#take(claimed)
  }

  async #claim(limit: number, leaseMs: number): Promise<void> {
    this.#take(await this.#world.claim({ limit, leaseMs }))
  }

  #take(claimed: readonly ClaimedDelivery[]): void {
    for (const delivery of claimed) {
      const expected = this.#expectedOf(delivery)
      const { id } = delivery.subscription
      if (this.#paused.has(id)) throw new Error('claimed of a paused subscription')
      const line = this.#expected
        .get(id)!
        .filter(
          each => each.resourceId === expected.resourceId && each.isReleased === expected.isReleased && each.state === 'open'
        )
      if (line[0] !== expected) throw new Error(`${delivery.event.id} was claimed out of order`)
      if (delivery.fencingToken <= expected.token) throw new Error('a token was given twice')
      expected.token = delivery.fencingToken
      this.#claims.push(delivery)
    }
  }

  async #end(which: number, how: End): Promise<void> {
    const delivery = this.#claims[which % Math.max(1, this.#claims.length)]
    if (!delivery) return
    const { queue, now } = this.#world
    const expected = this.#expectedOf(delivery)
    const counts = expected.state === 'open' && expected.token === delivery.fencingToken
    const ends = {
      delivered: () => queue.delivered(delivery, now),
      retry: () => queue.retry(delivery, this.#world.later(which), this.#world.failure()),
      park: () => queue.park(delivery, this.#world.failure()),
      giveBack: () => queue.giveBack(delivery, this.#world.later(which))
    }
    const marked = await ends[how]()
    if (marked !== counts) throw new Error(`${how} answered ${marked}`)
    if (!marked) return
    // What is over, or was given up, can't be marked again.
    expected.token++
    if (how === 'delivered') expected.state = 'done'
    else if (how === 'park' && !delivery.isEarly) expected.state = 'parked'
  }

  async #release(id: string): Promise<void> {
    const parked = this.#expected.get(id)!.filter(({ state }) => state === 'parked')
    const released = await this.#world.queue.release('default', id, undefined, this.#world.now)
    if (released !== parked.length) throw new Error(`${released} of ${parked.length} were released`)
    for (const each of parked) Object.assign(each, { state: 'open', isReleased: true, token: each.token + 1 })
  }

  async #pause(id: string, isPaused: boolean): Promise<void> {
    await this.#world.become(id, isPaused ? 'paused' : 'active')
    if (isPaused) this.#paused.add(id)
    else this.#paused.delete(id)
  }

  /** In the end everything is delivered or parked, and nothing more than that. */
  async #finish(): Promise<void> {
    const world = this.#world
    for (const id of this.#expected.keys()) {
      await this.#pause(id, false)
      await world.queue.setBreaker({ subscription: id }, { state: 'closed', failures: 0 }, world.now)
    }
    for (const claim of this.#claims) await world.queue.giveBack(claim, world.now)
    world.pass(3_600)
    await world.fanOut(() => true, 7)
    await this.#deliverAll()
    const left = [...this.#expected.values()].flat().filter(({ state }) => state === 'open')
    if (left.length > 0) throw new Error(`${left.length} deliveries were lost`)
    const parked = [...this.#expected.values()].flat().filter(({ state }) => state === 'parked').length
    const counts = await world.counts()
    if (counts.pending !== 0 || counts.parked !== parked) throw new Error(`left are ${JSON.stringify(counts)}`)
    if ((await world.queue.repair(world.now)) !== 0) throw new Error('something waited for nothing')
  }

  async #deliverAll(): Promise<void> {
    for (;;) {
      const before = this.#claims.length
      await this.#claim(5, 600_000)
      const claimed = this.#claims.slice(before)
      if (claimed.length === 0) return
      for (const delivery of claimed) {
        const expected = this.#expectedOf(delivery)
        if (expected.state === 'done') throw new Error('delivered twice')
        if (!(await this.#world.queue.delivered(delivery, this.#world.now))) throw new Error('a claim was lost')
        expected.state = 'done'
      }
    }
  }

  #expectedOf({ subscription, event }: ClaimedDelivery): Expected {
    const expected = this.#expected.get(subscription.id)?.find(({ eventId }) => eventId === event.id)
    if (!expected) throw new Error(`${subscription.id} was not to get ${event.id}`)
    return expected
  }
}
