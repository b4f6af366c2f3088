import { compareText } from '../kernel/compare-text.ts'
import {
  type ClaimedWork,
  compareDue,
  type DueWork,
  type WorkClaimOptions,
  type WorkFigures,
  type WorkKind,
  type WorkQueue
} from '../ports/work-queue.ts'

interface Row {
  readonly tenant: string
  readonly work: DueWork
  attempts: number
  claimableAtMs: number
}

/** The model that the databases are compared with. */
export class MemoryWorkQueue implements WorkQueue {
  readonly #rows = new Map<string, Row>()

  schedule(tenant: string, work: DueWork): void {
    this.#rows.set(keyOf(tenant, work.kind, work.id), { tenant, work, attempts: 0, claimableAtMs: Date.parse(work.dueAt) })
  }

  unschedule(tenant: string, kind: WorkKind, id: string): void {
    this.#rows.delete(keyOf(tenant, kind, id))
  }

  has(tenant: string, kind: WorkKind, id: string): boolean {
    return this.#rows.has(keyOf(tenant, kind, id))
  }

  async claim({ kinds, limit, leaseMs, now }: WorkClaimOptions): Promise<readonly ClaimedWork[]> {
    const due = this.#of(kinds).filter(({ claimableAtMs }) => claimableAtMs <= now.getTime())
    const claimed = due.slice(0, limit).map(row => {
      const { tenant, work, attempts } = row
      row.attempts++
      row.claimableAtMs = now.getTime() + leaseMs
      return { tenant, ...work, dueAt: new Date(work.dueAt).toISOString(), attempts, leasedUntilMs: row.claimableAtMs }
    })
    return claimed.sort(compareDue)
  }

  async done(work: ClaimedWork, dueAgainAt?: Date): Promise<boolean> {
    if (!this.#isClaimOf(work)) return false
    if (dueAgainAt) this.schedule(work.tenant, { kind: work.kind, id: work.id, dueAt: dueAgainAt.toISOString() })
    else this.unschedule(work.tenant, work.kind, work.id)
    return true
  }

  async giveBack(work: ClaimedWork, dueAt: Date): Promise<boolean> {
    const row = this.#isClaimOf(work)
    if (row) row.claimableAtMs = dueAt.getTime()
    return row !== undefined
  }

  async nextDueAt(kinds: readonly WorkKind[]): Promise<Date | undefined> {
    const next = this.#of(kinds)[0]
    return next && new Date(next.claimableAtMs)
  }

  async figures(now: Date): Promise<WorkFigures> {
    const claimable = [...this.#rows.values()].map(({ claimableAtMs }) => claimableAtMs)
    const overdueMs = now.getTime() - Math.min(now.getTime(), ...claimable)
    return { waiting: this.#rows.size, overdueAgeS: overdueMs / 1000 }
  }

  /** The longest due first. */
  #of(kinds: readonly WorkKind[]): Row[] {
    const rows = [...this.#rows.values()].filter(({ work }) => kinds.includes(work.kind))
    return rows.sort(
      (a, b) =>
        a.claimableAtMs - b.claimableAtMs ||
        compareText(a.tenant, b.tenant) ||
        compareText(a.work.kind, b.work.kind) ||
        compareText(a.work.id, b.work.id)
    )
  }

  #isClaimOf({ tenant, kind, id, attempts, leasedUntilMs }: ClaimedWork): Row | undefined {
    const row = this.#rows.get(keyOf(tenant, kind, id))
    return row?.attempts === attempts + 1 && row.claimableAtMs === leasedUntilMs ? row : undefined
  }
}

function keyOf(tenant: string, kind: WorkKind, id: string): string {
  return `${kind}\n${tenant}\n${id}`
}
