import type { DomainEvent, DomainEventKind } from '../events/domain-event.ts'

export interface StoredEvent extends DomainEvent {
  readonly tenant: string
  /** Where the event stands in the log. Opaque; readers see events in this order, and none comes to stand before one already seen. */
  readonly cursor: string
}

export interface EventQuery {
  /** Only what stands behind this cursor; absent: from the oldest event kept. */
  readonly after?: string
  readonly resources?: readonly string[]
  readonly resourceId?: string
  readonly kinds?: readonly DomainEventKind[]
  /** ISO instants, half open. */
  readonly from?: string
  readonly to?: string
  readonly limit: number
}

export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** Where to read on: behind the last event that was looked at. */
  readonly next: string
  /** Whether the page reached the end of what can be read now. */
  readonly atEnd: boolean
}

/** Every event that was committed, until it is purged. */
export interface EventLog {
  /** @throws {DomainError} `invalidValue` for a cursor that is none */
  read(tenant: string, query: EventQuery): Promise<EventPage>
  /** The cursor behind everything that can be read now. */
  end(): Promise<string>
  /** Removes events that happened before an instant. Returns how many. */
  purge(before: Date): Promise<number>
}
