import type { WorkKind } from '@crm-lite/domain'

/** Gathers what is due of several announcements. */
export class WorkNews {
  readonly #kinds = new Set<WorkKind>()
  #isKnown = true

  /** @param due absent where that isn't known */
  add(due: readonly WorkKind[] | undefined): void {
    if (!due) this.#isKnown = false
    else for (const kind of due) this.#kinds.add(kind)
  }

  take(): readonly WorkKind[] | undefined {
    const due = this.#isKnown ? [...this.#kinds] : undefined
    this.#kinds.clear()
    this.#isKnown = true
    return due
  }
}
