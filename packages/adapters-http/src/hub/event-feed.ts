import { DomainError, type EventLog, type EventPage, type WorkSignal } from '@crm-lite/domain'
import type { ClientStream } from './client-stream.ts'
import type { EventSelection } from './event-selection.ts'
import { streamedText } from './event-view.ts'
import { SharedLog } from './shared-log.ts'
import type { ToldResources } from './told-resource.ts'

export interface FeedLimits {
  readonly heartbeatMs: number
  /** How often to look for events without having been woken. */
  readonly pollMs: number
  /** What may wait for a client that does not read. */
  readonly maxBufferedBytes: number
}

export const defaultFeedLimits: FeedLimits = { heartbeatMs: 15_000, pollMs: 5_000, maxBufferedBytes: 1_048_576 }

export interface FeedSource {
  readonly events: EventLog
  readonly signal: WorkSignal
  readonly tenant: string
  readonly resources: ToldResources
}

const CATCH_UP_LIMIT = 100
const GRACE_MS = 1_000

/** Sends events to clients as they happen, each from where it wants to begin. */
export class EventFeed {
  readonly #source: FeedSource
  readonly #limits: FeedLimits
  readonly #end: SharedLog
  readonly #streams = new Set<ClientStream>()
  #heartbeat: NodeJS.Timeout | undefined

  constructor(source: FeedSource, limits: FeedLimits) {
    const { events, signal, tenant, resources } = source
    this.#source = source
    this.#limits = limits
    this.#end = new SharedLog(events, signal, { tenant, resources: [...resources.keys()], pollMs: limits.pollMs })
  }

  /** Serves one client until its stream is closed. Every event that it wants is sent once, in the order of the log. */
  async serve(stream: ClientStream, selection: EventSelection, start: string): Promise<void> {
    const leave = this.#join(stream)
    try {
      await this.#follow(stream, selection, start)
    } finally {
      leave()
    }
  }

  /** Ends all streams. Clients come back, here or elsewhere, and go on where they were. */
  end(): void {
    for (const stream of this.#streams) stream.end()
  }

  async #follow(stream: ClientStream, selection: EventSelection, start: string): Promise<void> {
    let cursor = start
    let isBehind = true
    while (stream.isOpen) {
      const { woken } = this.#end
      const page = await this.#read(cursor, isBehind ? selection : undefined)
      const wanted = page?.events.filter(event => selection.wants(event)) ?? []
      for (const [index, event] of wanted.entries()) {
        // Who catches up gets it as fast as it reads. After that it has to keep up, but several at once take their time.
        if (isBehind) await stream.drained()
        else if (index > 0) await stream.drained(GRACE_MS)
        stream.send(streamedText(this.#source.resources, event))
      }
      cursor = page?.next ?? cursor
      if (page?.atEnd) isBehind = false
      if (page?.atEnd ?? true) await stream.openUntil(woken)
    }
  }

  /** @returns undefined when the log can't be read now: it is tried again later */
  async #read(after: string, selection: EventSelection | undefined): Promise<EventPage | undefined> {
    const { events, tenant } = this.#source
    try {
      if (!selection) return await this.#end.read(after)
      return await events.read(tenant, { ...selection.query, after, limit: CATCH_UP_LIMIT })
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unavailable') return undefined
      throw error
    }
  }

  #join(stream: ClientStream): () => void {
    const leaveLog = this.#end.join()
    this.#streams.add(stream)
    this.#heartbeat ??= setInterval(() => {
      for (const each of this.#streams) each.send(': heartbeat\n\n')
    }, this.#limits.heartbeatMs).unref()
    return () => {
      leaveLog()
      this.#streams.delete(stream)
      if (this.#streams.size > 0) return
      clearInterval(this.#heartbeat)
      this.#heartbeat = undefined
    }
  }
}
