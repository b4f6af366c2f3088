import { compareText } from '../kernel/compare-text.ts'

/**
 * What becomes due by itself.
 *
 * | kind | `id` is that of | what is done |
 * |---|---|---|
 * | `acceptOrder` | an order | it is accepted, where that needs nobody |
 * | `lookAtJourney` | a journey | alerts are raised, missed dates are noted |
 * | `fulfil` | a fulfilment | its next step: it is sent to the FMS, looked up, asked about or cancelled there |
 * | `subscribe` | the subscription at the FMS | it is made where it isn't there, or may not be |
 */
export const workKinds = ['acceptOrder', 'lookAtJourney', 'fulfil', 'subscribe'] as const
export type WorkKind = (typeof workKinds)[number]

/** Something to do, once, when its time has come. */
export interface DueWork {
  readonly kind: WorkKind
  readonly id: string
  /** An ISO 8601 instant. */
  readonly dueAt: string
}

/** Work that a worker has taken. */
export interface ClaimedWork extends DueWork {
  readonly tenant: string
  /** How often it was claimed before, since it was scheduled. */
  readonly attempts: number
  /** When others may have it, in milliseconds; together with the attempts it says whose claim this is. */
  readonly leasedUntilMs: number
}

export interface WorkClaimOptions {
  readonly kinds: readonly WorkKind[]
  readonly limit: number
  /** How long nobody else gets it. */
  readonly leaseMs: number
  /** What is due by then. */
  readonly now: Date
}

export interface WorkFigures {
  /** Everything that is scheduled, whenever it is due. */
  readonly waiting: number
  /** How long the work waits that is due the longest and that nobody has claimed, in seconds. */
  readonly overdueAgeS: number
}

/**
 * Work that is due, shared by every worker of every process. It is scheduled in the transaction of what makes it necessary
 * (`Transaction.schedule`), and scheduled anew, or taken away, in the transaction of the work itself: that is how a worker that is killed
 * neither loses nor repeats anything. Whoever does work must find out, in that transaction, whether it is still to be done.
 *
 * `done` and `giveBack` are for the rest. They do nothing and answer false when the work was scheduled anew, taken away, or claimed by
 * somebody else since.
 */
export interface WorkQueue {
  /** What is due, the longest due first. Nobody else gets it before the lease is over. */
  claim(options: WorkClaimOptions): Promise<readonly ClaimedWork[]>
  /** There was nothing to do that would have been stored. It is due again then, if at all. */
  done(work: ClaimedWork, dueAgainAt?: Date): Promise<boolean>
  /** It has failed, or will not be done now: it may be claimed again then. */
  giveBack(work: ClaimedWork, dueAt: Date): Promise<boolean>
  /** When the next work can be claimed, should nothing happen before; undefined when there is none. */
  nextDueAt(kinds: readonly WorkKind[]): Promise<Date | undefined>
  figures(now: Date): Promise<WorkFigures>
}

/** The longest due first; what is due at the same time in an order that all queues agree on. */
export function compareDue(a: ClaimedWork, b: ClaimedWork): number {
  return (
    compareText(a.dueAt, b.dueAt) || compareText(a.tenant, b.tenant) || compareText(a.kind, b.kind) || compareText(a.id, b.id)
  )
}
