import { within } from './within.ts'

export interface PumpOptions {
  /** Returns whether it should be done again at once. */
  readonly work: () => Promise<boolean>
  /** How long to wait after a failure. */
  readonly pauseAfterFailureMs: number
  /** It has failed, and did not the time before. */
  readonly onFailing: (error: unknown) => void
  /** It has not failed, and did the time before. */
  readonly onRecovered: () => void
}

/** Does a piece of work, again while it says that there is more, and again when it is woken meanwhile; never twice at the same time. */
export class Pump {
  readonly #options: PumpOptions
  #running: Promise<void> | undefined
  #woken = false
  #stopped = false
  #isFailing = false

  constructor(options: PumpOptions) {
    this.#options = options
  }

  wake(): void {
    this.#woken = true
    if (!this.#stopped) this.#running ??= this.#run()
  }

  /** Resolves when the work that is under way has ended; there is none after it. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** The same, but no longer than this: what is under way then goes on without being waited for. */
  stopWithin(patienceMs: number): Promise<void> {
    return within(patienceMs, this.stop())
  }

  async #run(): Promise<void> {
    while (this.#woken && !this.#stopped) {
      this.#woken = false
      if (await this.#attempt()) this.#woken = true
    }
    this.#running = undefined
  }

  async #attempt(): Promise<boolean> {
    const { work, pauseAfterFailureMs, onFailing, onRecovered } = this.#options
    try {
      const isMore = await work()
      if (this.#isFailing) onRecovered()
      this.#isFailing = false
      return isMore
    } catch (error) {
      if (!this.#isFailing) onFailing(error)
      this.#isFailing = true
      // Others may wake it earlier: whoever has something to do may try.
      setTimeout(() => this.wake(), pauseAfterFailureMs).unref()
      return false
    }
  }
}
