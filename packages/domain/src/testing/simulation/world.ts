import { type EventSubscription, eventSubscriptionDefinition } from '../../events/event-subscription.ts'
import { type Fulfilment, fulfilmentDefinition } from '../../fulfilment/fulfilment.ts'
import { journeyDefinition } from '../../journey/journey.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { ResourceDefinition } from '../../kernel/resource.ts'
import { type OrderHistory, orderHistoryDefinition } from '../../ordering/history.ts'
import type { StoredEvent } from '../../ports/event-log.ts'
import type { FmsGateway } from '../../ports/fms-gateway.ts'
import type { Ids } from '../../ports/ids.ts'
import type { Outcome } from '../../ports/unit-of-work.ts'
import type { OrderDependencies } from '../../use-cases/change-order.ts'
import type { FollowNotificationDependencies } from '../../use-cases/follow-notification.ts'
import type { SendDependencies } from '../../use-cases/send-service-order.ts'
import { MemoryDeliveryQueue } from '../memory-delivery-queue.ts'
import type { MemoryFms } from '../memory-fms.ts'
import { MemoryStore } from '../memory-store.ts'
import { DueWorkCheck } from './check-due-work.ts'
import { checkEvents } from './check-events.ts'
import { checkFallout } from './check-fallout.ts'
import { checkMoves } from './check-moves.ts'
import type { Write } from './draft.ts'
import type { StoreFaults } from './faulty-store.ts'
import { type Kept, Ledger } from './ledger.ts'
import { Random } from './random.ts'
import type { Receiver } from './receiver.ts'
import { seededIds } from './seeded-ids.ts'
import { type Shape, shapeOf } from './shape.ts'
import { SharedStore } from './shared-store.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import { Timeline } from './timeline.ts'
import { insistThat, Violation } from './violation.ts'

export const TENANT = 'default'
const START_MS = Date.parse('2026-03-02T09:00:00Z')

/** A process of the server, as others see it. */
export interface Server {
  readonly process: SimulatedProcess
  readonly dependencies: OrderDependencies
  /** Absent: there is no FMS. */
  readonly steps: (SendDependencies & FollowNotificationDependencies) | undefined
  readonly isReady: boolean
  /** Something was committed. */
  ring(): void
}

/** The FMS, as others see it. */
export interface Fms {
  readonly fms: MemoryFms
  gatewayFor(process: SimulatedProcess): FmsGateway
  /** From now on things go wrong with it. */
  trouble(): void
  /** From now on nothing does any more, and everything comes to a good end. */
  calm(): void
}

/** What takes part, made for a world. */
export interface Cast {
  readonly server: (world: World) => Server
  readonly fms: (world: World, options: { readonly canLookUp: boolean }) => Fms
}

/** Everything that one seed is about: what is shared, who takes part, what is known, and what has happened. */
export class World {
  readonly random: Random
  readonly shape: Shape
  readonly timeline: Timeline
  readonly ids: Ids
  readonly store: MemoryStore
  readonly shared: SharedStore
  readonly deliveries: MemoryDeliveryQueue
  readonly ledger = new Ledger()
  readonly storeFaults: StoreFaults
  /** Absent: what is ordered is provisioned by hand. */
  readonly fms: Fms | undefined
  readonly receivers = new Map<string, Receiver>()
  /** How often what happened, by name: for the report. */
  readonly counts = new Map<string, number>()
  /** How long whoever has nothing to do rests at most. */
  pollMs: number
  servers: Server[] = []
  /** Clients and operators at work. */
  busy = 0
  failure: unknown
  readonly #dueWork: DueWorkCheck
  readonly #wanted = new Map<string, (event: StoredEvent) => boolean>()
  readonly #trace: string[] = []
  readonly #remembered: number
  readonly #cast: Cast

  /** @param remembered how many of the last things that happened a failure tells of */
  constructor(seed: number, cast: Cast, remembered: number) {
    this.#cast = cast
    this.#remembered = remembered
    this.random = new Random(seed)
    this.shape = shapeOf(this.random.fork())
    this.pollMs = Math.max(5_000, this.shape.busyMs / 50)
    this.timeline = new Timeline(START_MS, this.random.fork())
    this.ids = seededIds(this.random.fork())
    this.storeFaults = { before: 0, after: 0, twice: 0 }
    this.store = new MemoryStore({ clock: { now: () => this.timeline.now } })
    this.shared = new SharedStore(this.store, TENANT, writes => this.#committed(writes))
    this.deliveries = new MemoryDeliveryQueue(this.store, () => this.timeline.nowMs)
    this.fms = this.shape.fms && cast.fms(this, this.shape.fms)
    this.#dueWork = new DueWorkCheck(this.shape.acceptance === 'automatic')
  }

  startServer(): void {
    this.servers.push(this.#cast.server(this))
  }

  /** Whatever it was doing never goes on; another one takes its place a little later. */
  crash(server: Server): void {
    this.note('crash')
    server.process.kill()
    this.servers = this.servers.filter(each => each !== server)
    this.timeline.after(this.random.between(100, 60_000), () => this.startServer())
  }

  pause(leastMs: number, mostMs = leastMs): Promise<void> {
    return new Promise(resolve => this.timeline.after(this.random.between(leastMs, mostMs), resolve))
  }

  /** Somebody outside does something, beside everything else. */
  spawn(work: () => Promise<void>): void {
    this.busy++
    work()
      .catch(error => this.fail(error))
      .finally(() => this.busy--)
  }

  /** Ends the simulation. */
  fail(error: unknown): void {
    this.failure ??= error
  }

  /** Work may fail because the store does, and for no other reason. */
  expectTransient(error: unknown, what: string): void {
    if (isUnavailable(error)) this.note('try again')
    else this.fail(new Violation(`${what} failed: ${String(error instanceof Error ? error.stack : error)}`))
  }

  note(what: string, about = ''): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    this.#trace.push(`${this.timeline.nowMs - START_MS} ms ${what} ${about}`)
    if (this.#trace.length > 2 * this.#remembered) this.#trace.splice(0, this.#remembered)
  }

  get trace(): readonly string[] {
    return this.#trace.slice(-this.#remembered)
  }

  /** Somebody was told that this is stored. */
  acknowledged(definition: ResourceDefinition, { kind, stored }: Outcome): void {
    insistThat(
      this.ledger.hasBeen(definition, stored),
      () => `${definition.name} ${stored.id} was acknowledged and never stored so`
    )
    const isThere = this.ledger.get(definition, stored.id) !== undefined
    const isGone = this.ledger.wasDeleted(definition, stored.id)
    insistThat(
      kind === 'deleted' ? isGone : isThere || isGone,
      () => `${definition.name} ${stored.id} was acknowledged as ${kind}`
    )
  }

  listens(receiver: Receiver, wants: (event: StoredEvent) => boolean): void {
    this.receivers.set(receiver.host, receiver)
    this.#wanted.set(receiver.host, wants)
  }

  wants({ host }: Pick<EventSubscription, 'host'>, event: StoredEvent): boolean {
    return this.#wanted.get(host)?.(event) ?? false
  }

  receiverOf({ host }: Pick<EventSubscription, 'host'>): Receiver {
    const receiver = this.receivers.get(host)
    insistThat(receiver !== undefined, `nobody listens at ${host}`)
    return receiver
  }

  /** Whether anything is still to be done by the FMS, or to be decided about. */
  isProvisioning(): boolean {
    return this.ledger
      .all<Fulfilment>(fulfilmentDefinition)
      .some(({ state }) => state !== 'completed' && state !== 'cancelled' && state !== 'superseded')
  }

  /** What must hold after every step. */
  examine(): void {
    if (this.failure !== undefined) throw this.failure
    this.#dueWork.examine(this.store.work, TENANT)
  }

  #committed(writes: readonly Write[]): void {
    try {
      const changes = this.ledger.enter(writes)
      for (const { definition, before, after } of changes) {
        if (definition === journeyDefinition || definition === eventSubscriptionDefinition) continue
        this.note(`${definition.name} ${after ? (before ? 'changed' : 'created') : 'deleted'}`, aboutOf((after ?? before)!))
      }
      checkEvents(changes, writes)
      checkMoves(changes)
      checkFallout(changes, this.ledger)
      this.#dueWork.enter(changes)
    } catch (error) {
      this.fail(error)
    }
    for (const server of this.servers) server.ring()
  }
}

function aboutOf({ definition, stored, resource }: Kept): string {
  if (definition === orderHistoryDefinition) {
    const { order, subject, item, milestone, from, to, actor } = resource as OrderHistory
    return `${order.id} ${subject} ${item?.id ?? milestone?.key ?? ''}: ${from} > ${to} by ${actor}`
  }
  const state = (resource as unknown as Readonly<Record<string, unknown>>)[definition.stateAttribute]
  return `${stored.id} r${stored.revision} ${definition.stateAttribute === '@type' ? '' : String(state)}`
}

/** Whether somebody may try again, and is likely to succeed. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'unavailable'
}
