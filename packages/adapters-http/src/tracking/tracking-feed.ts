import { DomainError, type EventLog, productOrderDefinition, type Tracking, type WorkSignal } from '@crm-lite/domain'
import type { ClientStream } from '../hub/client-stream.ts'
import type { FeedLimits } from '../hub/event-feed.ts'

const PAGE_LIMIT = 100
/** What comes in quick succession is looked at together. */
const GATHER_MS = 20
/** When to look again: PostgreSQL shows an event only when every older transaction has ended, and that need not wake anybody. */
const SECOND_LOOK_MS = 100
/** Of one order: more are not a customer. */
const MAX_VIEWERS = 20

export interface Viewer {
  readonly stream: ClientStream
  readonly orderId: string
  /** What the viewer has already, if anything. */
  readonly version: string | undefined
  /** What may be seen now; undefined when nothing may be seen any more. */
  readonly read: () => Promise<Tracking | undefined>
}

interface Timers {
  first: NodeJS.Timeout | undefined
  second: NodeJS.Timeout | undefined
}

interface Watching extends Viewer {
  shown: string | undefined
  isReading: boolean
  isStale: boolean
}

/**
 * Tells those who look at orders when something has changed there. One reader of the log serves them all; each is asked at every
 * heartbeat whether it may still look.
 */
export class TrackingFeed {
  readonly #events: Pick<EventLog, 'read' | 'end'>
  readonly #signal: WorkSignal
  readonly #tenant: string
  readonly #limits: FeedLimits
  readonly #viewers = new Map<string, Set<Watching>>()
  #cursor: string | undefined
  #isReading = false
  #isStale = false
  #timers: Timers = { first: undefined, second: undefined }
  #stop: (() => void) | undefined

  constructor(events: Pick<EventLog, 'read' | 'end'>, signal: WorkSignal, tenant: string, limits: FeedLimits) {
    this.#events = events
    this.#signal = signal
    this.#tenant = tenant
    this.#limits = limits
  }

  /** Serves one viewer until its stream is closed. */
  async serve(viewer: Viewer): Promise<void> {
    const watching = { ...viewer, shown: viewer.version, isReading: false, isStale: false }
    await this.#start()
    this.#join(watching)
    viewer.stream.body.once('close', () => this.#leave(watching))
    if (!viewer.stream.isOpen) return this.#leave(watching)
    await this.#show(watching)
  }

  /** Ends all streams. Viewers come back, here or elsewhere. */
  end(): void {
    for (const { stream } of this.#all()) stream.end()
  }

  #all(): Watching[] {
    return [...this.#viewers.values()].flatMap(each => [...each])
  }

  #join(watching: Watching): void {
    const others = this.#viewers.get(watching.orderId) ?? new Set()
    const [oldest] = others
    if (others.size >= MAX_VIEWERS) oldest?.stream.end()
    this.#viewers.set(watching.orderId, others.add(watching))
  }

  #leave(watching: Watching): void {
    const others = this.#viewers.get(watching.orderId)
    others?.delete(watching)
    if (others?.size === 0) this.#viewers.delete(watching.orderId)
    if (this.#viewers.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  /** Listens from now on. What happens after this is seen. */
  async #start(): Promise<void> {
    if (this.#stop) return
    const unlisten = this.#signal.listen(() => this.#wake())
    const heartbeat = setInterval(() => {
      this.#wake()
      for (const each of this.#all()) void this.#show(each, ': heartbeat\n\n')
    }, this.#limits.heartbeatMs).unref()
    this.#stop = () => {
      unlisten()
      clearInterval(heartbeat)
      clearTimeout(this.#timers.first)
      clearTimeout(this.#timers.second)
      this.#timers = { first: undefined, second: undefined }
      this.#cursor = undefined
    }
    this.#cursor = await this.#events.end().catch(() => undefined)
  }

  #wake(): void {
    this.#timers.first ??= setTimeout(() => this.#look('first'), GATHER_MS).unref()
    this.#timers.second ??= setTimeout(() => this.#look('second'), SECOND_LOOK_MS).unref()
  }

  #look(timer: keyof Timers): void {
    this.#timers[timer] = undefined
    this.#isStale = true
    // Heartbeats look at every order anyway, should the log be out of reach now.
    if (!this.#isReading) void this.#readOn().catch(() => {})
  }

  async #readOn(): Promise<void> {
    this.#isReading = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        await this.#readToEnd()
      }
    } finally {
      this.#isReading = false
    }
  }

  async #readToEnd(): Promise<void> {
    this.#cursor ??= await this.#events.end()
    for (let atEnd = false; !atEnd && this.#stop; ) {
      const query = { after: this.#cursor, resources: [productOrderDefinition.name], limit: PAGE_LIMIT }
      const page = await this.#events.read(this.#tenant, query)
      this.#cursor = page.next
      atEnd = page.atEnd
      const changed = new Set(page.events.map(({ resourceId }) => resourceId))
      for (const id of changed) for (const each of this.#viewers.get(id) ?? []) void this.#show(each)
    }
  }

  /**
   * Sends what is to be seen where that is something new, and ends the stream where nothing is to be seen any more.
   *
   * @param otherwise what is sent when nothing is new
   */
  async #show(watching: Watching, otherwise?: string): Promise<void> {
    watching.isStale = true
    if (watching.isReading) return
    watching.isReading = true
    try {
      while (watching.isStale && watching.stream.isOpen) {
        watching.isStale = false
        const tracking = await watching.read()
        if (!tracking) watching.stream.end()
        else if (tracking.version !== watching.shown) {
          watching.shown = tracking.version
          watching.stream.send(messageOf(tracking))
        } else if (otherwise !== undefined) watching.stream.send(otherwise)
      }
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'unavailable') watching.stream.cut()
    } finally {
      watching.isReading = false
    }
  }
}

/** @source HTML Living Standard, 9.2: JSON has no line breaks of its own */
function messageOf({ view, version }: Tracking): string {
  return `event: tracking\nid: ${version}\ndata: ${JSON.stringify(view)}\n\n`
}
