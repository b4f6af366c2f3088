import type { Clock } from '../../ports/clock.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** What a caller sees of a process that ended before it answered. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

export interface ProcessOptions {
  readonly timeline: Timeline
  readonly random: Random
  /** How far its clock is off, in milliseconds. */
  readonly skewMs: number
  /** Called with whatever something that was spawned throws: nothing should. */
  readonly onError: (error: unknown) => void
}

/** A process that may be killed at any pause: whatever it was doing then never goes on, and what it had in memory is lost. */
export class SimulatedProcess {
  readonly clock: Clock
  readonly #options: ProcessOptions
  readonly #callers = new Set<(error: Error) => void>()
  #isAlive = true

  constructor(options: ProcessOptions) {
    this.#options = options
    this.clock = { now: () => new Date(options.timeline.nowMs + options.skewMs) }
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  get random(): Random {
    return this.#options.random
  }

  get timeline(): Timeline {
    return this.#options.timeline
  }

  /** Lets others do something meanwhile. Never over when the process is killed before. */
  pause(leastMs: number, mostMs = leastMs): Promise<void> {
    const { timeline, random } = this.#options
    const delayMs = leastMs === mostMs ? leastMs : random.between(leastMs, mostMs)
    return new Promise(resolve => {
      timeline.after(delayMs, () => {
        if (this.#isAlive) resolve()
      })
    })
  }

  /** Waits for something outside. Never over when the process is killed before. */
  outside<T>(happening: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      happening.then(
        value => {
          if (this.#isAlive) resolve(value)
        },
        error => {
          if (this.#isAlive) reject(error)
        }
      )
    })
  }

  /** Does something beside everything else. */
  spawn(work: () => Promise<void>): void {
    work().catch(this.#options.onError)
  }

  /**
   * Has something done for a caller outside.
   *
   * @throws {ConnectionLost} when the process is killed meanwhile: it may be done or not
   */
  call<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isAlive) return Promise.reject(new ConnectionLost('nobody is there'))
    return new Promise<T>((resolve, reject) => {
      this.#callers.add(reject)
      work()
        .then(resolve, reject)
        .finally(() => this.#callers.delete(reject))
    })
  }

  kill(): void {
    this.#isAlive = false
    for (const reject of this.#callers) reject(new ConnectionLost('the process was killed'))
    this.#callers.clear()
  }
}
