import type { OrderAcceptance } from '../../use-cases/change-order.ts'
import type { EngineKind, StoreFaults } from './faulty-store.ts'
import type { Random } from './random.ts'

/** What one seed is about. */
export interface Shape {
  readonly engine: EngineKind
  readonly servers: number
  readonly clients: number
  /** Of each client. */
  readonly actions: number
  readonly orders: number
  readonly subscribers: number
  readonly crashes: number
  readonly acceptance: OrderAcceptance
  /** Absent: orders are worked on by hand. */
  readonly fms?: { readonly canLookUp: boolean; readonly faults: number; readonly callbackFaults: number }
  readonly store: StoreFaults
  /** From 0 to 1. */
  readonly receiverFaults: number
  /** How long clients are active, in milliseconds. */
  readonly busyMs: number
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

export function shapeOf(random: Random): Shape {
  const trouble = random.pick([0, 0.3, 1, 1, 2])
  const hasFms = random.chance(0.8)
  return {
    engine: random.pick(['serial', 'optimistic', 'optimistic']),
    servers: random.between(1, 3),
    clients: random.between(1, 4),
    actions: random.between(3, 12),
    orders: random.between(1, 4),
    subscribers: random.between(1, 2),
    crashes: trouble === 0 ? 0 : random.between(0, 4),
    acceptance: random.chance(0.85) ? 'automatic' : 'manual',
    ...(hasFms && {
      fms: {
        canLookUp: random.chance(0.8),
        faults: trouble * random.pick([0, 0.1, 0.3, 0.45]),
        callbackFaults: random.pick([0, 0.2, 0.6])
      }
    }),
    store: { before: 0.03 * trouble, after: 0.03 * trouble, twice: 0.05 },
    receiverFaults: trouble * random.pick([0, 0.1, 0.4]),
    busyMs: random.pick([20 * SECOND_MS, 2 * MINUTE_MS, 15 * MINUTE_MS, 300 * MINUTE_MS])
  }
}
