import { Agenda, type Task } from './agenda.ts'
import type { Table } from './records.ts'

/** What may be run in one go before others get their turn. */
const RUN_AT_ONCE = 200

export interface TimelineOptions {
  readonly tasks: Table<Task>
  /** The time that passes outside, in milliseconds since 1970. */
  readonly now: () => number
  /** Whether time passes by itself; else only `advance` and `settle` let it. */
  readonly isRunning: boolean
  readonly run: (task: Task) => void | Promise<void>
  /** After every task: what it changed is to be kept. */
  readonly done: () => void
}

/** The simulator's own time, and what happens in it. It can be let run ahead of the time outside. */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #agenda = new Agenda()
  readonly #underWay = new Set<Promise<void>>()
  #aheadMs = 0
  #number = 0
  #timer: NodeJS.Timeout | undefined
  #stamped = { now: Number.NaN, text: '' }
  #isLate = false
  #isClosed = false

  constructor(options: TimelineOptions) {
    this.#options = options
    for (const task of [...options.tasks.all()].sort((one, other) => one.dueAt - other.dueAt)) {
      this.#agenda.add(task)
      this.#number = Math.max(this.#number, Number(task.id))
    }
    this.#arm()
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#options.now() + this.#aheadMs
  }

  /** RFC 3339. Printed once a millisecond, in which much may happen. */
  stamp(): string {
    const now = this.now()
    if (now !== this.#stamped.now) this.#stamped = { now, text: new Date(now).toISOString() }
    return this.#stamped.text
  }

  schedule(inMs: number, kind: Task['kind'], subject: string): void {
    this.#number += 1
    const task: Task = { id: String(this.#number), dueAt: this.now() + inMs, kind, subject }
    this.#options.tasks.put(task.id, task)
    this.#agenda.add(task)
    this.#arm()
  }

  /** Lets all happen that is on the agenda, and what follows from it, however far ahead: until nothing is left to do. */
  async settle(): Promise<void> {
    for (;;) {
      await this.#finishUnderWay()
      const next = this.#agenda.peek()
      if (!next) return
      this.#moveTo(next.dueAt)
      this.#runNext()
    }
  }

  /** Lets so much time pass, and happen what is due in it. */
  async advance(ms: number): Promise<void> {
    const until = this.now() + ms
    for (;;) {
      await this.#finishUnderWay()
      const next = this.#agenda.peek()
      if (!next || next.dueAt > until) break
      this.#moveTo(next.dueAt)
      this.#runNext()
    }
    this.#moveTo(until)
  }

  /** Nothing happens any more; waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#finishUnderWay()
  }

  #moveTo(time: number): void {
    this.#aheadMs += Math.max(0, time - this.now())
  }

  async #finishUnderWay(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #runNext(): void {
    const task = this.#agenda.take()
    if (!task) return
    this.#options.tasks.remove(task.id)
    const running = this.#options.run(task)
    this.#options.done()
    if (!running) return
    const underWay = running.finally(() => {
      this.#underWay.delete(underWay)
      this.#options.done()
    })
    this.#underWay.add(underWay)
  }

  #arm(): void {
    const next = this.#agenda.peek()
    if (!next || !this.#options.isRunning || this.#isLate || this.#isClosed) return
    clearTimeout(this.#timer)
    const waitMs = next.dueAt - this.now()
    if (waitMs > 0) {
      this.#timer = setTimeout(() => this.#runDue(), Math.min(waitMs, 2 ** 31 - 1))
      return
    }
    this.#isLate = true
    setImmediate(() => this.#runDue())
  }

  #runDue(): void {
    this.#isLate = false
    for (let count = 0; count < RUN_AT_ONCE && !this.#isClosed; count += 1) {
      const next = this.#agenda.peek()
      if (!next || next.dueAt > this.now()) break
      this.#runNext()
    }
    this.#arm()
  }
}
