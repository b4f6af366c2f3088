import type { EventLog, EventPage, WorkSignal } from '@crm-lite/domain'

const PAGE_LIMIT = 100
/** Pages that stragglers may still want. */
const KEPT_PAGES = 8
/**
 * When to look again after having been woken: PostgreSQL shows an event only when every older transaction has ended, and one that
 * publishes nothing wakes nobody.
 */
const SECOND_LOOK_MS = 50

export interface SharedLogOptions {
  readonly tenant: string
  /** Names of the resources whose events are read. */
  readonly resources: readonly string[]
  /** How often to look without having been woken, in milliseconds. */
  readonly pollMs: number
}

/**
 * The end of the log as many read it: who reads on from the same place at the same time shares one read, and who comes a little later
 * gets what others have read already.
 */
export class SharedLog {
  readonly #log: Pick<EventLog, 'read'>
  readonly #options: SharedLogOptions
  readonly #signal: WorkSignal
  #underWay = new Map<string, Promise<EventPage>>()
  #recent: { readonly after: string; readonly page: EventPage }[] = []
  #woken = newPromise()
  #readers = 0
  #secondLook: NodeJS.Timeout | undefined
  #stop = () => {}

  constructor(log: Pick<EventLog, 'read'>, signal: WorkSignal, options: SharedLogOptions) {
    this.#log = log
    this.#signal = signal
    this.#options = options
  }

  /** Resolves when there may be more. To be taken before reading: what is committed after that resolves it. */
  get woken(): Promise<void> {
    return this.#woken.promise
  }

  /** Somebody reads from now on, until the returned function is called. While nobody does, nothing is listened to. */
  join(): () => void {
    if (this.#readers++ === 0) {
      const unlisten = this.#signal.listen(() => this.#wakeTwice())
      const poll = setInterval(() => this.#wake(), this.#options.pollMs).unref()
      this.#stop = () => {
        unlisten()
        clearInterval(poll)
        clearTimeout(this.#secondLook)
        this.#secondLook = undefined
      }
    }
    return () => {
      if (--this.#readers > 0) return
      this.#stop()
      this.#recent = []
    }
  }

  /** What stands behind a cursor. */
  read(after: string): Promise<EventPage> {
    const known = this.#known(after)
    if (known) return Promise.resolve(known)
    const underWay = this.#underWay.get(after)
    if (underWay) return underWay
    const mine = this.#underWay
    const reading = this.#readOn(after).finally(() => mine.delete(after))
    mine.set(after, reading)
    return reading
  }

  async #readOn(after: string): Promise<EventPage> {
    const { tenant, resources } = this.#options
    const page = await this.#log.read(tenant, { after, resources, limit: PAGE_LIMIT })
    if (page.events.length > 0) this.#recent = [{ after, page }, ...this.#recent.slice(0, KEPT_PAGES - 1)]
    return page
  }

  /** A page is a thing of the past: whether it reaches the end must be asked again. */
  #known(after: string): EventPage | undefined {
    for (const { after: start, page } of this.#recent) {
      const index = start === after ? 0 : page.events.findIndex(({ cursor }) => cursor === after) + 1
      const events = page.events.slice(index)
      if ((start === after || index > 0) && events.length > 0) return { events, next: page.next, atEnd: false }
    }
    return undefined
  }

  #wakeTwice(): void {
    this.#wake()
    this.#secondLook ??= setTimeout(() => {
      this.#secondLook = undefined
      this.#wake()
    }, SECOND_LOOK_MS).unref()
  }

  /** Reads that are under way may have begun too early for what woke us: they are shared no longer. */
  #wake(): void {
    this.#underWay = new Map()
    const { resolve } = this.#woken
    this.#woken = newPromise()
    resolve()
  }
}

function newPromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(resolveIt => {
    resolve = resolveIt
  })
  return { promise, resolve }
}
