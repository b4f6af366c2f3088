import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import { stateMachine, type Transitions } from '../kernel/transitions.ts'
import type { ProductOrderItemState } from '../ordering/order-item-states.ts'
import type { ProductOrderState } from '../ordering/order-states.ts'
import type { OrderItemAction } from '../resources/product-order-item.ts'

export const lifecycleStatuses = ['draft', 'active', 'retired'] as const
export type LifecycleStatus = (typeof lifecycleStatuses)[number]

/** A draft can be changed and deleted. An active one is used for new orders, and can only be followed by another version. */
export const lifecycleTransitions = {
  draft: ['active'],
  active: ['retired'],
  retired: []
} as const satisfies Transitions<LifecycleStatus>

export const lifecycleMachine = stateMachine<LifecycleStatus>({
  name: 'a journey specification',
  initial: 'draft',
  transitions: lifecycleTransitions
})

/** What people read. */
export interface Wording {
  name: string
  description?: string
  /** By language (BCP 47: `de`, `pt-BR`); what is missing there is taken from above. */
  translation?: { [language: string]: { name?: string; description?: string } }
}

/** What an item must be like: all of it. */
export interface ItemCriteria {
  /** One of these. */
  productOfferingId?: string[]
  action?: OrderItemAction
}

/** Which orders a journey is for: those for which all criteria hold, those about items for any one item. None: every order. */
export interface JourneyMatch extends ItemCriteria {
  category?: string
  /** Characteristics that the customer must have. */
  customerCharacteristic?: { name: string; value: string | number | boolean }[]
}

/** Holds when one of the values that the path leads to is one of these. */
export interface ContentCondition {
  /** Dotted, as in filters: `relatedParty.role`. */
  path: string
  in: (string | number | boolean)[]
}

/**
 * How a milestone is reached. By hand every one can be.
 *
 * | by | when |
 * |---|---|
 * | `hand` | somebody says so |
 * | `orderState` | the order enters one of the states |
 * | `itemState` | its item enters one of the states; of a milestone of the order, when all leaves that it is for are in one of them |
 * | `event` | something happens to a resource that belongs to the order, and the content is as described |
 * | `serviceOrder` | the FMS tells of a state, a milestone or a characteristic of a service order for the item |
 * | `requirements` | everything that it requires is reached |
 */
export type ReachedBy =
  | { by: 'hand' }
  | { by: 'orderState'; states: ProductOrderState[] }
  | { by: 'itemState'; states: ProductOrderItemState[] }
  | {
      by: 'event'
      /** The name of the resource's definition: `cancelProductOrder`. */
      resource: string
      /** What happened to it (`created`, `stateChanged` ...); absent: anything. */
      kind?: string
      /** Where the resource names the order; absent: `productOrder.id`, or its own `id` where it is the order. */
      orderPath?: string
      /** Where it names the item, for a milestone of an item; absent: it concerns all items. */
      itemPath?: string
      /** All of them. */
      where?: ContentCondition[]
    }
  | {
      by: 'serviceOrder'
      /** All that is given must be told: at least one of the three. A state in the words of the FMS, one of these. */
      states?: string[]
      /** The id or the name of a milestone that the FMS has reached. */
      milestone?: string
      /** The name of a characteristic of the service that has a value. */
      characteristic?: string
      /** One of these values; absent: any. */
      in?: (string | number | boolean)[]
    }
  | { by: 'requirements' }

/** Where resources name the order, of those that an event may be about. */
export function orderPathOf({ resource, orderPath }: Pick<ReachedBy & { by: 'event' }, 'resource' | 'orderPath'>): string {
  return orderPath ?? (resource === 'productOrder' ? 'id' : 'productOrder.id')
}

/** When a milestone should be reached. */
export interface MilestonePlan {
  /** ISO 8601. */
  duration: string
  /** From when: from the start of the journey, or from when all is reached that it requires, which is what holds when absent. */
  from?: 'start' | 'requirements'
  /** The id of a calendar, whose working hours count; absent: calendar time in UTC. */
  calendar?: string
}

/** How long before a milestone is due an alert is raised, as ISO 8601 durations, the earliest first. */
export interface MilestoneWarning {
  normal?: string
  hazard?: string
  critical?: string
}

/** What milestones of specifications and those that were added to one order have in common. */
export interface MilestoneRules extends Wording {
  reachedBy: ReachedBy
  /** Without a plan a milestone is expected with what it requires, and never late by itself. */
  plan?: MilestonePlan
  warning?: MilestoneWarning
  /** Needn't be reached: it may be skipped, and doesn't hold up what requires it. */
  isOptional?: boolean
  /** `customer`, which is what holds when absent: shown to the customer. */
  visibility?: 'customer' | 'internal'
  /** Once it is reached, the order can no longer be cancelled. */
  isPointOfNoReturn?: boolean
}

export interface MilestoneSpecification extends MilestoneRules {
  /** Unique in the specification, and never changed. */
  key: string
  /** `order`, which is what holds when absent: one for the order. `item`: one for each item that it is for. */
  scope?: 'order' | 'item'
  /** Which items it is for; absent: all leaves. */
  forItems?: ItemCriteria
  /** The keys of those that come before. */
  requires?: string[]
}

/** What a client says about a journey. */
export interface NewJourneySpecification extends Wording {
  /** The same in all versions. */
  key: string
  match?: JourneyMatch
  /** Of several that match with equally many criteria the highest wins; absent: 0. */
  priority?: number
  milestone: MilestoneSpecification[]
}

/** Something that may be meant, and probably isn't. `pointer` is a JSON Pointer into the specification. */
export interface LintWarning {
  pointer: string
  message: string
}

/** A version of how orders of a kind proceed. */
export interface JourneySpecification extends Resource, NewJourneySpecification {
  /** From 1. */
  version: number
  lifecycleStatus: LifecycleStatus
  activatedAt?: string
  retiredAt?: string
  /** What looks odd in it; absent: nothing. */
  lint?: LintWarning[]
}

export const journeySpecificationDefinition = {
  name: 'journeySpecification',
  type: 'JourneySpecification',
  stateAttribute: 'lifecycleStatus',
  mandatory: ['key', 'name', 'milestone'],
  indexed: [
    { name: 'key', path: 'key', type: 'string', many: false },
    { name: 'version', path: 'version', type: 'number', many: false },
    { name: 'lifecycle_status', path: 'lifecycleStatus', type: 'string', many: false }
  ]
} as const satisfies DefinitionOf<JourneySpecification>

/** The wording for a reader, by the languages that they prefer; a language of a region is content with the language alone. */
export function wordingIn(
  { name, description, translation = {} }: Wording,
  languages: readonly string[]
): Omit<Wording, 'translation'> {
  const language = languages.flatMap(each => [each, each.split('-')[0]!]).find(each => Object.hasOwn(translation, each))
  const translated = language === undefined ? {} : translation[language]!
  const described = translated.description ?? description
  return { name: translated.name ?? name, ...(described !== undefined && { description: described }) }
}
