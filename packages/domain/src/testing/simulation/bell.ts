import type { SimulatedProcess } from './simulated-process.ts'

/** Wakes one that rests until there may be something to do. */
export class Bell {
  readonly #process: SimulatedProcess
  #wake: (() => void) | undefined
  #hasRung = false

  constructor(process: SimulatedProcess) {
    this.#process = process
  }

  ring(): void {
    if (this.#wake) this.#wake()
    else this.#hasRung = true
  }

  /** Over at once when it has rung since the last rest. */
  rest(mostMs: number): Promise<void> {
    if (this.#hasRung) {
      this.#hasRung = false
      return this.#process.pause(1)
    }
    return new Promise(resolve => {
      const wake = () => {
        if (this.#wake !== wake) return
        this.#wake = undefined
        if (this.#process.isAlive) resolve()
      }
      this.#wake = wake
      this.#process.timeline.after(mostMs, wake)
    })
  }
}
