import type { Moment } from '../kernel/moment.ts'
import type { DefinitionOf, Resource } from '../kernel/resource.ts'

/** What a transition is of. */
export const historySubjects = ['order', 'item', 'milestone', 'task'] as const
export type HistorySubject = (typeof historySubjects)[number]

/** Something that passed from one state to another; written once, never changed, and kept when the order is deleted. */
export interface OrderHistory extends Resource {
  order: { id: string }
  subject: HistorySubject
  /** Of the order's item: of a transition of an item, or of a milestone that an item has for itself. */
  item?: { id: string }
  /** The key of the milestone. */
  milestone?: { key: string }
  /** The task of a cancellation. */
  task?: { id: string }
  /** What changed: a state unless a milestone was given another date. */
  attribute: 'state' | 'plannedDate'
  from: string
  to: string
  /** When, as an ISO 8601 instant. */
  date: string
  /** Who. */
  actor: string
  /** Why, in words. */
  reason?: string
}

/** An entry before it has an id. */
export type HistoryEntry = Omit<OrderHistory, 'id'>

export const orderHistoryDefinition = {
  name: 'orderHistory',
  type: 'OrderHistory',
  stateAttribute: 'to',
  mandatory: ['order', 'subject', 'attribute', 'from', 'to', 'date', 'actor'],
  indexed: [
    { name: 'order_id', path: 'order.id', type: 'string', many: false },
    { name: 'date', path: 'date', type: 'dateTime', many: false }
  ]
} as const satisfies DefinitionOf<OrderHistory>

/** What an entry is about, and between which states. */
export type Passage = Pick<HistoryEntry, 'order' | 'subject' | 'item' | 'milestone' | 'task' | 'from' | 'to'> &
  Partial<Pick<HistoryEntry, 'attribute'>>

export function historyEntry(passage: Passage, { now, actor, reason }: Moment): HistoryEntry {
  return {
    '@type': orderHistoryDefinition.type,
    attribute: 'state',
    ...passage,
    date: now.toISOString(),
    actor,
    ...(reason !== undefined && { reason })
  }
}
