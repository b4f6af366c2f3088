import type { LifecycleStatus } from '../journey/journey-specification.ts'
import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import type { OrderItemAction } from '../resources/product-order-item.ts'
import type { FmsMeaning } from './state-map.ts'

/** What an item must be like: all of it. None: every item. */
export interface RuleMatch {
  /** One of these. */
  productOfferingId?: string[]
  /** One of these. */
  productSpecificationId?: string[]
  /** One of these. */
  action?: OrderItemAction[]
  /** Of the order. */
  category?: string
  /** Characteristics that the product is ordered with. */
  characteristic?: { name: string; value: string | number | boolean }[]
}

/** Where a value comes from: exactly one of these. */
export interface ValueSource {
  value?: string | number | boolean
  /** The name of a characteristic that the product is ordered with or, where the order says nothing of it, has. */
  fromCharacteristic?: string
  /** Dotted, into the item: `product.name`. Of many values the first. */
  fromItem?: string
  /** Dotted, into the order: `category`. Of many values the first. */
  fromOrder?: string
}

export interface CharacteristicRule extends ValueSource {
  name: string
  valueType?: string
  /** Without a value nothing is sent for the item. Otherwise the characteristic is left out. */
  isMandatory?: boolean
}

/** A device that the FMS is to allocate. */
export interface ResourceRule {
  name?: string
  /** What it is: `Router`. */
  type?: string
  model?: ValueSource
  characteristic?: CharacteristicRule[]
}

/** One thing that the FMS is asked to do for an item. */
export interface ServiceItemRule {
  /** Unique in the rule; with more than one piece ordered, `-1`, `-2` ... follow. */
  key: string
  /** Absent: what is to be done with the product. */
  action?: OrderItemAction
  /** Absent: the specification of the product or, where it has none, its offering. */
  serviceSpecification?: { id: string; name?: string; version?: string }
  characteristic?: CharacteristicRule[]
  /** Sends every characteristic that the product is ordered with, under its own name; those of the rule win. */
  doesCopyCharacteristics?: boolean
  supportingResource?: ResourceRule[]
  /** Keys of those that must be done before. */
  requires?: string[]
  /** `unit`: once for each piece that is ordered, which is what holds when absent. `item`: once. */
  forEach?: 'unit' | 'item'
}

/** What a client says about a rule. */
export interface NewProvisioningRule {
  /** The same in all versions. */
  key: string
  name: string
  description?: string
  match?: RuleMatch
  /** Of several that match with equally many criteria the highest wins; absent: 0. */
  priority?: number
  /** None: nothing is to be provisioned, and the item is completed without the FMS. */
  serviceOrderItem: ServiceItemRule[]
  /** What states of the FMS mean, where that differs from the usual: `{ "scheduled": "inProgress" }`. */
  stateMap?: { [state: string]: FmsMeaning }
}

/** A version of how items of a kind become service orders. */
export interface ProvisioningRule extends Resource, NewProvisioningRule {
  /** From 1. */
  version: number
  lifecycleStatus: LifecycleStatus
  activatedAt?: string
  retiredAt?: string
}

export const provisioningRuleDefinition = {
  name: 'provisioningRule',
  type: 'ProvisioningRule',
  stateAttribute: 'lifecycleStatus',
  mandatory: ['key', 'name', 'serviceOrderItem'],
  indexed: [
    { name: 'key', path: 'key', type: 'string', many: false },
    { name: 'version', path: 'version', type: 'number', many: false },
    { name: 'lifecycle_status', path: 'lifecycleStatus', type: 'string', many: false }
  ]
} as const satisfies DefinitionOf<ProvisioningRule>
