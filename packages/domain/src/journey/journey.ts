import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import type { StatesBeforeCancellation } from '../ordering/states-before-cancellation.ts'
import type { Note } from '../resources/product-order.ts'
import type { Calendar } from './calendar.ts'
import type { ItemCriteria, MilestoneRules } from './journey-specification.ts'

/**
 * | state | meaning |
 * |---|---|
 * | `open` | not yet reached |
 * | `reached` | |
 * | `skipped` | left out: what requires it may go on |
 * | `withdrawn` | no longer expected, as its item or the order ended otherwise |
 */
export const milestoneStates = ['open', 'reached', 'skipped', 'withdrawn'] as const
export type MilestoneState = (typeof milestoneStates)[number]

/** How near a milestone is to its date. Alerts of a milestone are raised in this order, each once for a date. */
export const alertLevels = ['normal', 'hazard', 'critical', 'violated'] as const
export type AlertLevel = (typeof alertLevels)[number]

export interface MilestoneAlert {
  id: string
  level: AlertLevel
  date: string
  /** The date that was near, or missed. */
  plannedDate: string
}

/** A milestone of one order, with the rules that it was made by. */
export interface JourneyMilestone extends MilestoneRules {
  /** Unique in the journey: the one of the specification, followed by `:` and the id of the item where every item has one. */
  key: string
  item?: { id: string }
  forItems?: ItemCriteria
  /** Keys of milestones of this journey. */
  requires: string[]
  /** Added to this order alone. */
  isCustom?: boolean
  /** Its planned date was set by hand. */
  isDateFixed?: boolean
  /** It was reached in error: from then on it is reached by hand. */
  isCorrected?: boolean
  state: MilestoneState
  /** When it should be reached. */
  plannedDate: string
  /** When it will be, as far as is known; of one that isn't open the last forecast. */
  forecastDate: string
  /** When it was reached, skipped or withdrawn. */
  date?: string
  /** Why it was skipped or withdrawn. */
  message?: string
  /** The highest level of alert that was raised for the planned date. */
  level?: AlertLevel
  alert?: MilestoneAlert[]
  note?: Note[]
}

/** `ended`: the order is final. Nothing is due any more. */
export const journeyStates = ['active', 'ended'] as const
export type JourneyState = (typeof journeyStates)[number]

/** The `id` is that of the fulfilment. */
export interface JourneyFulfilment {
  id: string
  item: { id: string }
}

/** Where an order stands on its way: made with the order, and by the version of a specification that was active then. */
export interface Journey extends Resource {
  productOrder: { id: string }
  specification: { id: string; key: string; version: number }
  state: JourneyState
  startDate: string
  /** Each behind those that it requires. */
  milestone: JourneyMilestone[]
  /** Those that the plans count in, as they were when the journey began. */
  calendar?: Calendar[]
  plannedCompletionDate: string
  expectedCompletionDate: string
  /** When something becomes due by itself: an alert, a missed date. Absent: never. */
  nextDueDate?: string
  lastUpdate: string
  /** The task of the cancellation that is being decided about. */
  cancelProductOrder?: { id: string }
  /** Of each item that is provisioned the latest attempt. */
  fulfilment?: JourneyFulfilment[]
  /** Where the order and its items go back to when cancellations are refused that are being assessed. */
  stateBeforeCancellation?: StatesBeforeCancellation
}

export const journeyDefinition = {
  name: 'journey',
  type: 'Journey',
  stateAttribute: 'state',
  mandatory: [
    'productOrder',
    'specification',
    'state',
    'startDate',
    'milestone',
    'plannedCompletionDate',
    'expectedCompletionDate',
    'lastUpdate'
  ],
  indexed: [
    { name: 'product_order_id', path: 'productOrder.id', type: 'string', many: false },
    { name: 'key_of_specification', path: 'specification.key', type: 'string', many: false },
    { name: 'state', path: 'state', type: 'string', many: false }
  ]
} as const satisfies DefinitionOf<Journey>

export function isOpenMilestone({ state }: JourneyMilestone): boolean {
  return state === 'open'
}

/** Whether a milestone has a date of its own that it can miss. */
export function isWatched({ state, plan, isDateFixed }: JourneyMilestone): boolean {
  return state === 'open' && (plan !== undefined || isDateFixed === true)
}

/** The name of a milestone that was reached and behind which an order can no longer be cancelled. */
export function passedPointOfNoReturn({ milestone }: Pick<Journey, 'milestone'>): string | undefined {
  return milestone.find(({ state, isPointOfNoReturn }) => state === 'reached' && isPointOfNoReturn)?.name
}
