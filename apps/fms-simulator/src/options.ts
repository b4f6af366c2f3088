import type { FaultPlan } from './faults/fault-plan.ts'
import type { Catalogue } from './provisioning.ts'
import type { StockLine } from './stock.ts'

/** How a real system may fall short of the standard when it is asked for lists. */
export interface Quirks {
  /** Lists hold everything, whatever attribute is filtered by. */
  readonly ignoresFilters?: boolean
  /** Every page is the first. */
  readonly ignoresOffset?: boolean
  /** There are no lists: 501. */
  readonly refusesLists?: boolean
}

/** Who may use the API; everybody when it is absent. */
export type Access =
  | { readonly token: string }
  | { readonly clientId: string; readonly clientSecret: string; readonly lifetimeS?: number }

export interface SimulatorOptions {
  /** A SQLite file; what is known is lost with the process when it is absent. */
  readonly file?: string
  /** Between two steps of an order, in milliseconds; an order of one item takes four. */
  readonly paceMs?: number
  /** The longest that a request may be done after its answer was withheld. */
  readonly settleMs?: number
  /** Replaces the plan in the file, if there is one. */
  readonly plan?: FaultPlan
  readonly stock?: readonly StockLine[]
  readonly catalogue?: Catalogue
  readonly quirks?: Quirks
  readonly access?: Access
  /** Whether cancelling what is done is answered with 422 instead of with a task that ends in an error. */
  readonly refusesCancellationAtOnce?: boolean
  /** Whether callbacks go to `<callback>/listener/<name of the event>` instead of to the callback itself. */
  readonly usesListenerPaths?: boolean
  readonly callbackTimeoutMs?: number
  readonly callbackAttempts?: number
  /** Stands in ids and serial numbers, so that those of different runs differ; drawn when absent. */
  readonly run?: string
  /** `manual`: time passes only by `advance` and `settle`, from 2026-01-01 on. */
  readonly time?: 'real' | 'manual'
}

export const defaultOptions = {
  paceMs: 600,
  settleMs: 2_000,
  callbackTimeoutMs: 5_000,
  callbackAttempts: 3
} as const
