/** How many scans may run at once, and how they wait for one another. */
export interface ScanLimits {
  readonly maxScans: number
  /** How long a scan may wait for another one to end before it is refused, in milliseconds. */
  readonly scanPatienceMs: number
}

/** Nobody who comes when so many wait already would be served in time. */
const MAX_WAITING = 100

/** Room for a few scans at once. Most are short, so who finds no room waits for some to end. First come, first served. */
export class ScanSlots {
  readonly #patienceMs: number
  readonly #waiting: ((hasRoom: boolean) => void)[] = []
  #free: number

  constructor({ maxScans, scanPatienceMs }: ScanLimits) {
    this.#free = maxScans
    this.#patienceMs = scanPatienceMs
  }

  /** Does the work when there is room for it in time; otherwise the answer is `'busy'`. */
  async run<T>(work: () => Promise<T>): Promise<T | 'busy'> {
    if (!(await this.#take())) return 'busy'
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next(true)
      else this.#free++
    }
  }

  async #take(): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--
      return true
    }
    if (this.#patienceMs === 0 || this.#waiting.length >= MAX_WAITING) return false
    return new Promise(resolve => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        resolve(false)
      }
      const timer = setTimeout(leave, this.#patienceMs)
      const enter = (hasRoom: boolean) => {
        clearTimeout(timer)
        resolve(hasRoom)
      }
      this.#waiting.push(enter)
    })
  }
}
