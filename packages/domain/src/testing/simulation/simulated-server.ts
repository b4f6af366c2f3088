import { disabledSubscription } from '../../events/subscription-changes.ts'
import type { Fulfilment } from '../../fulfilment/fulfilment.ts'
import { defaultFulfilmentSettings } from '../../fulfilment/settings.ts'
import type { DoWork, WorkKind } from '../../ports/work-queue.ts'
import type { OrderDependencies } from '../../use-cases/change-order.ts'
import { changeSubscription } from '../../use-cases/change-subscription.ts'
import { dueFulfilmentWork } from '../../use-cases/due-fulfilment-work.ts'
import { dueOrderWork, type PromptSending, type SendingPlace } from '../../use-cases/due-order-work.ts'
import { ensureJourneys } from '../../use-cases/ensure-journeys.ts'
import { type FollowDependencies, type FollowedTo, followAwaitedEvents } from '../../use-cases/follow-awaited-events.ts'
import type { FollowNotificationDependencies } from '../../use-cases/follow-notification.ts'
import { type SendDependencies, sendServiceOrder } from '../../use-cases/send-service-order.ts'
import { Bell } from './bell.ts'
import { DeliveryDriver } from './delivery-driver.ts'
import { DueDriver } from './due-driver.ts'
import { faulty } from './faulty-calls.ts'
import { FaultyStore } from './faulty-store.ts'
import { SimulatedProcess } from './simulated-process.ts'
import { Violation } from './violation.ts'
import { type Server, TENANT, type World } from './world.ts'

const LEASE_MS = 30_000
const PAUSE_AFTER_FAILURE_MS = 1_000
/** Longer than callbacks take that come at once. */
const MAX_PATIENCE_MS = 300

/** One process of the server: what answers requests, and the workers beside it. */
export class SimulatedServer implements Server {
  readonly process: SimulatedProcess
  readonly dependencies: OrderDependencies
  /** Absent: there is no FMS. */
  readonly steps: (SendDependencies & FollowNotificationDependencies) | undefined
  isReady = false
  readonly #world: World
  readonly #bells: Bell[] = []

  constructor(world: World) {
    const { timeline, random, shape } = world
    this.#world = world
    this.process = new SimulatedProcess({
      timeline,
      random: random.fork(),
      skewMs: random.between(-500, 500),
      onError: error => world.fail(error)
    })
    const unitOfWork = new FaultyStore(world.shared, this.process, shape.engine, world.storeFaults)
    const dependencies = { unitOfWork, ids: world.ids, clock: this.process.clock, orderAcceptance: shape.acceptance }
    const fulfilment = shape.fms && {
      settings: defaultFulfilmentSettings,
      random: () => this.process.random.next(),
      canLookUp: shape.fms.canLookUp
    }
    this.dependencies = { ...dependencies, ...(fulfilment && { fulfilment }) }
    const gateway = world.fms?.gatewayFor(this.process)
    this.steps = fulfilment && gateway && { ...dependencies, fulfilment, store: unitOfWork, fms: gateway, ...this.#patience() }
    this.process.spawn(() => this.#begin(unitOfWork))
  }

  async #begin(unitOfWork: FaultyStore): Promise<void> {
    await this.#prepare(unitOfWork)
    this.isReady = true
    this.#startDue(dueOrderWork(this.dependencies, this.#sending()), 8)
    if (this.steps) this.#startDue(dueFulfilmentWork(this.steps), 16)
    this.#startDeliveries()
    this.#startFollowing(unitOfWork)
  }

  /** Answers wait for callbacks, and are not stored any more when one has said more. */
  #patience(): Pick<SendDependencies, 'storeLater'> & Pick<FollowNotificationDependencies, 'onOver' | 'justSent'> {
    const waiting = new Map<string, Fulfilment>()
    return {
      storeLater: (id, answer) => {
        waiting.set(id, answer.sent)
        this.#spawnStep(async () => {
          await this.process.pause(MAX_PATIENCE_MS / 2)
          if (waiting.has(id) && (await answer.isOvertaken())) waiting.delete(id)
          await this.process.pause(MAX_PATIENCE_MS / 2)
          if (waiting.delete(id)) await answer.store()
        })
      },
      onOver: id => void waiting.delete(id),
      justSent: id => waiting.get(id)
    }
  }

  /** Whether there is a place is up to chance. */
  #sending(): PromptSending | undefined {
    const { steps, process } = this
    if (!steps) return undefined
    const send: SendingPlace['send'] = (sent, context) => {
      for (const each of sent) this.#spawnStep(() => process.pause(0, 5).then(() => sendServiceOrder(steps, each, context)))
    }
    return { place: async () => (process.random.chance(0.5) ? { send } : undefined) }
  }

  /** Something that nobody waits for: when the store fails it, what is due later finds out. */
  #spawnStep(step: () => Promise<unknown>): void {
    this.process.spawn(async () => {
      try {
        await step()
      } catch (error) {
        this.#world.expectTransient(error, 'sending')
      }
    })
  }

  /** What a program does before it serves anybody. */
  async #prepare(unitOfWork: FaultyStore): Promise<void> {
    for (;;) {
      try {
        return await ensureJourneys({ store: unitOfWork, unitOfWork }, TENANT)
      } catch (error) {
        this.#world.expectTransient(error, 'starting')
        await this.process.pause(PAUSE_AFTER_FAILURE_MS)
      }
    }
  }

  /** Something was committed. */
  ring(): void {
    for (const bell of this.#bells) bell.ring()
  }

  #start(bell: Bell, run: () => Promise<unknown>): void {
    this.#bells.push(bell)
    this.process.spawn(async () => void (await run()))
  }

  #startDue(handlers: Readonly<Partial<Record<WorkKind, DoWork>>>, concurrency: number): void {
    const { world, process } = this.#parts()
    const driver = new DueDriver({
      process,
      queue: faulty(world.store.work, process, world.storeFaults),
      handlers,
      concurrency,
      leaseMs: LEASE_MS,
      pollMs: () => world.pollMs
    })
    driver.onFailed = (error, { kind, id }) => world.expectTransient(error, `${kind} of ${id}`)
    this.#start(driver.bell, () => driver.run())
  }

  #startDeliveries(): void {
    const { world, process } = this.#parts()
    const driver = new DeliveryDriver({
      process,
      queue: faulty(world.deliveries, process, world.storeFaults),
      wants: (subscription, event) => world.wants(subscription, event),
      send: (subscription, event) => world.receiverOf(subscription).receive(event),
      disable: id => this.#disable(id),
      leaseMs: LEASE_MS,
      pollMs: () => world.pollMs
    })
    this.#start(driver.bell, () => driver.run())
  }

  async #disable(id: string): Promise<void> {
    const context = { tenant: TENANT, actor: 'deliveries', correlationId: id }
    await changeSubscription(this.dependencies, { id }, current => disabledSubscription(current, 'gone'), context)
  }

  #startFollowing(unitOfWork: FaultyStore): void {
    const { world, process } = this.#parts()
    const bell = new Bell(process)
    const dependencies: FollowDependencies = {
      ...this.dependencies,
      store: unitOfWork,
      events: faulty(world.store, process, world.storeFaults),
      onRefused: error => world.fail(new Violation(`a journey cannot take notice of an event: ${error.message}`))
    }
    let place: FollowedTo | undefined
    const follow = async () => {
      for (;;) {
        try {
          const followed = await followAwaitedEvents(dependencies, TENANT, place)
          place = followed?.to
          if (!followed?.isMore) await bell.rest(world.pollMs)
        } catch (error) {
          place = undefined
          world.expectTransient(error, 'events that milestones wait for')
          await process.pause(PAUSE_AFTER_FAILURE_MS)
        }
      }
    }
    this.#start(bell, follow)
  }

  #parts(): { readonly world: World; readonly process: SimulatedProcess } {
    return { world: this.#world, process: this.process }
  }
}
