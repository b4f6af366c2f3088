/** Something to be done later. It is plain data, so that it outlives the process in the file. */
export interface Task {
  readonly id: string
  /** Milliseconds since 1970 of the simulator's own time. */
  readonly dueAt: number
  readonly kind: 'step' | 'cancel' | 'commit' | 'deliver'
  /** Of the order, cancellation, hidden request or delivery that it is about. */
  readonly subject: string
}

/** What is due first comes first, and of two due at once the one that was scheduled first: a binary heap. */
export class Agenda {
  readonly #heap: { readonly task: Task; readonly order: number }[] = []
  #scheduled = 0

  get size(): number {
    return this.#heap.length
  }

  peek(): Task | undefined {
    return this.#heap[0]?.task
  }

  add(task: Task): void {
    this.#scheduled += 1
    const heap = this.#heap
    heap.push({ task, order: this.#scheduled })
    let at = heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  take(): Task | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (!first || !last || this.#heap.length === 0) return first?.task
    this.#heap[0] = last
    this.#sink()
    return first.task
  }

  #sink(): void {
    let at = 0
    for (;;) {
      let first = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#heap.length && this.#isBefore(child, first)) first = child
      if (first === at) return
      this.#swap(at, first)
      at = first
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a]!, this.#heap[b]!]
    return one.task.dueAt === other.task.dueAt ? one.order < other.order : one.task.dueAt < other.task.dueAt
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a]!
    this.#heap[a] = this.#heap[b]!
    this.#heap[b] = kept
  }
}
