import type { FmsGateway, FmsNotification } from '../../ports/fms-gateway.ts'
import { followNotification } from '../../use-cases/follow-notification.ts'
import { MemoryFms } from '../memory-fms.ts'
import { Callbacks } from './callbacks.ts'
import { type FmsFaults, faultyFms } from './faulty-fms.ts'
import { FmsLife } from './fms-life.ts'
import { ConnectionLost, type SimulatedProcess } from './simulated-process.ts'
import { type Fms, TENANT, type World } from './world.ts'

const HOUR_MS = 3_600_000

/** The FMS of one seed: what it does by itself, what it answers, what it tells, and what goes wrong. */
export class SimulatedFms implements Fms {
  readonly fms: MemoryFms
  readonly #world: World
  readonly #life: FmsLife
  readonly #calls: FmsFaults = { calls: 0, isDown: false }
  readonly #callbacks = { level: 0 }

  constructor(world: World, { canLookUp }: { readonly canLookUp: boolean }) {
    const { timeline, random, shape } = world
    this.#world = world
    this.fms = new MemoryFms({ canLookUp, now: () => timeline.now })
    const callbacks = new Callbacks({
      timeline,
      random: random.fork(),
      faults: this.#callbacks,
      send: notification => this.#callBack(notification)
    })
    this.#life = new FmsLife(this.fms, {
      timeline,
      random: random.fork(),
      faults: shape.fms?.faults ?? 0,
      onNews: order => {
        world.note('fms', `${order.externalId} is ${order.state}`)
        callbacks.tell(order)
      }
    })
  }

  gatewayFor(process: SimulatedProcess): FmsGateway {
    return faultyFms(this.fms, this.#life, process, process.random, this.#calls)
  }

  trouble(): void {
    const { shape, random, timeline } = this.#world
    const { faults = 0, callbackFaults = 0 } = shape.fms ?? {}
    this.#calls.calls = faults
    this.#callbacks.level = callbackFaults
    if (faults === 0 || random.chance(0.7)) return
    const beginsMs = random.between(0, shape.busyMs)
    const lastsMs = random.pick([60_000, HOUR_MS, 6 * HOUR_MS])
    timeline.after(beginsMs, () => {
      this.#calls.isDown = true
      this.#world.note('fms', 'is down')
    })
    timeline.after(beginsMs + lastsMs, () => {
      this.#calls.isDown = false
    })
  }

  calm(): void {
    this.#calls.calls = 0
    this.#callbacks.level = 0
    this.#life.calm()
  }

  /** Sent once: who isn't reached is not told. */
  #callBack(notification: FmsNotification): void {
    const world = this.#world
    const server = world.random.pickIfAny(world.servers.filter(({ isReady }) => isReady))
    const { steps } = server ?? {}
    if (!server || !steps) return
    const context = { tenant: TENANT, actor: 'fms', correlationId: notification.eventId ?? '' }
    world.spawn(async () => {
      try {
        const answer = await server.process.call(() => followNotification(steps, notification, context))
        world.note(`callback ${answer}`, `${notification.report?.externalId} ${notification.report?.state}`)
      } catch (error) {
        if (!(error instanceof ConnectionLost)) world.expectTransient(error, 'a callback')
      }
    })
  }
}
