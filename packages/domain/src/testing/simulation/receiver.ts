import type { AttemptResult } from '../../events/retry.ts'
import type { StoredEvent } from '../../ports/event-log.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'
import { insistThat } from './violation.ts'

/** How a receiver behaves at the time. */
export interface Manners {
  /** Each from 0 to 1. */
  refuses: number
  isDown: number
  losesAnswer: number
  isSlow: number
  /** It says that it is no longer there, and never will be. */
  isGone: boolean
}

export const goodManners: Readonly<Manners> = { refuses: 0, isDown: 0, losesAnswer: 0, isSlow: 0, isGone: false }

const SEND_TIMEOUT_MS = 10_000

/** Somebody who is told of events by webhook, and takes down what arrives. */
export class Receiver {
  /** There is one at each. */
  readonly host: string
  manners: Manners = { ...goodManners }
  /** Ids of events. */
  readonly received = new Set<string>()
  /** Those that are allowed to come late and out of order, because somebody wanted them again. */
  readonly released = new Set<string>()
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #lastOf = new Map<string, number>()

  constructor(host: string, timeline: Timeline, random: Random) {
    this.host = host
    this.#timeline = timeline
    this.#random = random
  }

  /** What is on its way arrives, whatever becomes of who has sent it. */
  receive(event: StoredEvent): Promise<AttemptResult> {
    const { manners } = this
    const random = this.#random
    const travelMs = random.between(1, 20)
    return new Promise(resolve => {
      const answer = (result: AttemptResult, delayMs: number) => this.#timeline.after(delayMs, () => resolve(result))
      this.#timeline.after(travelMs, () => {
        if (manners.isGone) return answer({ kind: 'gone' }, travelMs)
        if (random.chance(manners.isDown)) return answer({ kind: 'unreachable', reason: 'connection' }, travelMs)
        if (random.chance(manners.refuses)) {
          return answer({ kind: 'refused', ...(random.chance(0.3) && { retryAfterMs: random.between(0, 600_000) }) }, travelMs)
        }
        this.#take(event)
        if (random.chance(manners.losesAnswer)) return answer({ kind: 'unreachable', reason: 'badAnswer' }, travelMs)
        const slowMs = random.chance(manners.isSlow) ? random.between(1_000, 2 * SEND_TIMEOUT_MS) : 0
        if (slowMs > SEND_TIMEOUT_MS) return answer({ kind: 'unreachable', reason: 'timeout' }, SEND_TIMEOUT_MS)
        return answer({ kind: 'delivered' }, travelMs + slowMs)
      })
    })
  }

  #take({ id, cursor, resource, resourceId }: StoredEvent): void {
    if (this.received.has(id)) return
    this.received.add(id)
    if (this.released.has(id)) return
    const line = `${resource}/${resourceId}`
    const last = this.#lastOf.get(line) ?? 0
    insistThat(Number(cursor) > last, () => `${this.host} got event ${cursor} of ${line} after event ${last}`)
    this.#lastOf.set(line, Number(cursor))
  }
}
