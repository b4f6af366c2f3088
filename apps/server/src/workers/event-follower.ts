import { type FollowDependencies, type FollowedTo, followAwaitedEvents, type WorkSignal } from '@crm-lite/domain'
import type { WorkerLog } from './delivery-options.ts'
import { Pump } from './pump.ts'

export interface EventFollowerOptions extends Omit<FollowDependencies, 'onRefused'> {
  readonly tenant: string
  readonly signal: WorkSignal
  readonly log: WorkerLog
  /** How often to look when nothing has said that there is something. */
  readonly pollMs?: number
}

const PAUSE_AFTER_FAILURE_MS = 1_000
const POLL_MS = 5_000
/** What comes in quick succession is looked at together. */
const GATHER_MS = 100
/** When to look again: PostgreSQL shows an event only when every older transaction has ended, and that need not wake anybody. */
const SECOND_LOOK_MS = 500

/**
 * Lets milestones be reached by events of other resources. How far it has come is in the database, so that it may end at any moment and
 * several may follow side by side. As long as no milestone waits for such events it finds that out now and then, and does nothing else.
 */
export class EventFollower {
  readonly #options: EventFollowerOptions
  readonly #dependencies: FollowDependencies
  readonly #pump: Pump
  #followedTo: FollowedTo | undefined
  #isAwaiting = false
  #poll: NodeJS.Timeout | undefined
  #gather: NodeJS.Timeout | undefined
  #secondLook: NodeJS.Timeout | undefined
  #stopListening: () => void = () => {}

  constructor(options: EventFollowerOptions) {
    const { log } = options
    this.#options = options
    this.#dependencies = {
      ...options,
      onRefused: (err, { id: event }, order) => log.warn({ err, event, order }, 'a journey cannot take notice of an event')
    }
    this.#pump = new Pump({
      work: async () => (await this.#step()).isMore,
      pauseAfterFailureMs: PAUSE_AFTER_FAILURE_MS,
      onFailing: err => log.warn({ err }, 'events that milestones wait for are not looked at'),
      onRecovered: () => log.info({}, 'events that milestones wait for are looked at again')
    })
  }

  /** Follows until it is stopped. */
  start(): void {
    this.#stopListening = this.#options.signal.listen(() => this.#look())
    this.#poll = setInterval(() => this.#pump.wake(), this.#options.pollMs ?? POLL_MS)
    this.#pump.wake()
  }

  /** Begins nothing more and waits for what is under way, but no longer than this: what is cut off is looked at again, by whoever follows. */
  async stop(patienceMs: number): Promise<void> {
    this.#stopListening()
    clearInterval(this.#poll)
    clearTimeout(this.#gather)
    clearTimeout(this.#secondLook)
    await this.#pump.stopWithin(patienceMs)
  }

  /** Looks at everything that there is now and returns how many events that was. For tests, on a follower that was not started. */
  async processAll(): Promise<number> {
    let processed = 0
    for (let isMore = true; isMore; ) {
      const step = await this.#step()
      processed += step.events
      isMore = step.isMore
    }
    return processed
  }

  #look(): void {
    if (!this.#isAwaiting) return
    this.#gather ??= setTimeout(() => {
      this.#gather = undefined
      this.#pump.wake()
    }, GATHER_MS)
    clearTimeout(this.#secondLook)
    this.#secondLook = setTimeout(() => this.#pump.wake(), SECOND_LOOK_MS)
  }

  async #step(): Promise<{ readonly events: number; readonly isMore: boolean }> {
    const followed = await followAwaitedEvents(this.#dependencies, this.#options.tenant, this.#followedTo)
    this.#isAwaiting = followed !== undefined
    this.#followedTo = followed?.to
    return followed ?? { events: 0, isMore: false }
  }
}
