/**
 * What can happen to a resource. A change of the state attribute and changes of others are two events, so that who follows states
 * need not look at the rest.
 */
export const changeKinds = ['created', 'attributesChanged', 'stateChanged', 'deleted'] as const

/** What is told of an order besides its changes, of the new and the different alone. */
export const noticeKinds = ['milestone', 'jeopardyAlert', 'errorMessage'] as const

export const domainEventKinds = [...changeKinds, ...noticeKinds] as const
export type NoticeKind = (typeof noticeKinds)[number]
export type DomainEventKind = (typeof domainEventKinds)[number]

/** Something that happened, in the internal form: independent of the API and its version in which somebody is told of it. */
export interface DomainEvent {
  /** The same whenever and however often the event is told. */
  readonly id: string
  readonly kind: DomainEventKind
  /** The name of the resource's definition. */
  readonly resource: string
  readonly resourceId: string
  /** Of the resource after the change; the last one, when it was deleted. */
  readonly revision: number
  /** Dotted, of `attributesChanged`; otherwise empty. */
  readonly changedPaths: readonly string[]
  /** When, as an ISO 8601 instant in UTC with milliseconds. */
  readonly at: string
  readonly actor: string
  readonly correlationId: string
  /** The trace that the request belonged to. @source W3C Trace Context */
  readonly traceparent?: string
  /** The resource after the change, as JSON text; as it was, when it was deleted. Of a notice: `id`, `@type` and what it is about. */
  readonly document: string
}
