import type { FaultPlan } from './faults/fault-plan.ts'
import type { Device, Subscription } from './kept.ts'
import type { Service } from './service-order.ts'
import type { StockLine } from './stock.ts'

/** What has happened so far. */
export interface SimulatorCounts {
  readonly serviceOrders: number
  readonly byState: Readonly<Record<string, number>>
  /** Those that more than one order has, with how many. */
  readonly duplicates: Readonly<Record<string, number>>
  readonly requests: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly callbacks: Readonly<Record<string, number>>
  readonly devicesInUse: number
}

/** What can be seen of a simulator, and done with it, beside its API. */
export interface SimulatorControl {
  /** Between two steps of an order. */
  paceMs: number
  /** Another plan begins to count anew. */
  plan: FaultPlan
  stock: readonly StockLine[]
  /** The service orders as the API shows them, all or those with an `externalId`. */
  orders(externalId?: string): readonly Readonly<Record<string, unknown>>[]
  /** How many service orders there are with each `externalId`. */
  byExternalId(): Readonly<Record<string, number>>
  counts(): SimulatorCounts
  devices(): readonly Device[]
  services(): readonly Service[]
  subscriptions(): readonly Subscription[]
  /**
   * Lets an order go on that a fault or an administrator holds.
   *
   * @throws {Mistake} when there is none
   */
  nudge(id: string): void
  /** Lets all go on that stand still and are not done; returns how many. */
  nudgeAll(): number
  /**
   * Puts an order, and items of it by their ids, into any state, a made up one too.
   *
   * @throws {Mistake} when there is no such order
   */
  force(id: string, state: string, items?: Readonly<Record<string, string>>): void
  /** Lets all happen that is on the agenda, callbacks too, without waiting for its time: until nothing is left to do. */
  settle(): Promise<void>
  /** Lets so much time pass at once, and happen what is due in it. */
  advance(ms: number): Promise<void>
  /** Nobody listens for so long, or until `acceptConnections`; requests under way are served. */
  refuseConnections(durationMs?: number): void
  acceptConnections(): Promise<void>
  /** Tokens that were given out are no longer valid. */
  revokeTokens(): void
}
