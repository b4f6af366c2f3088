import type { JsonValue } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Objection, type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import { isFinalItem } from '../ordering/order-item-states.ts'
import type {
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  ServiceSpecificationReference,
  SupportingResource
} from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { isAlive } from './cancel.ts'
import { compensate } from './compensate.ts'
import { type Fallout, type FalloutResolution, resolveFallout } from './fallout.ts'
import type { Fulfilment } from './fulfilment.ts'
import {
  arrive,
  at,
  become,
  type FulfilmentChange,
  type FulfilmentContext,
  type FulfilmentInMotion,
  itemOf,
  moveItem,
  setOut
} from './fulfilment-change.ts'
import { decomposed, fallOutOfDecomposition, type Ingredients, newRecord } from './intend.ts'
import { type ProvisioningResult, productFor, productUndone } from './product-change.ts'

/** What is to be sent instead, item by item; what isn't named stays. */
export interface RequestChanges {
  readonly items: readonly {
    readonly id: string
    readonly serviceSpecification?: ServiceSpecificationReference
    /** By name; a value of null takes it away. */
    readonly characteristics?: readonly { readonly name: string; readonly value: JsonValue; readonly valueType?: string }[]
    readonly supportingResources?: readonly SupportingResource[]
  }[]
}

/**
 * What an operator decides about a fallout record.
 *
 * | action | what it does |
 * |---|---|
 * | `assign` | somebody takes care of it; without an owner nobody does |
 * | `retry` | goes on where that can be done without sending anything twice; otherwise another attempt is sent |
 * | `retryWithChanges` | another attempt is sent, with changes |
 * | `skip` | the item is completed without what was to be done; no product comes of it |
 * | `completeByHand` | somebody has done it: the item is completed, with what they say has come of it |
 * | `compensate` | what the FMS has done is undone there, and the item has failed then |
 */
export type FalloutCommand =
  | { readonly action: 'assign'; readonly owner?: string }
  | { readonly action: 'retry' | 'skip' | 'compensate' }
  | { readonly action: 'retryWithChanges'; readonly changes: RequestChanges }
  | { readonly action: 'completeByHand'; readonly result?: Partial<Omit<ProvisioningResult, 'date'>> }

/** What is decided about, as it is stored. */
export interface FalloutSubject {
  readonly fallout: Fallout
  /** The attempt that it names. */
  readonly record: Fulfilment
  readonly order: ProductOrder
}

export interface FalloutDecision extends FulfilmentChange {
  /** The one that was decided about, as it is to be stored. The one in `fallout`, if any, is new. */
  readonly decided: Fallout
}

/**
 * Decides about a fallout record. The moment says who decides, and why.
 *
 * @returns a refusal with `illegalMove` when it is resolved, or when this cannot be done about it; `allowed` says what can
 */
export function decideFallout(
  { fallout, record, order }: FalloutSubject,
  command: FalloutCommand,
  ingredients: Ingredients,
  context: FulfilmentContext
): FalloutDecision | Refusal {
  const motion = setOut(record, order, context)
  if (fallout.status === 'resolved') return refusal('illegalMove', 'the fallout record is resolved already', { allowed: [] })
  if (command.action === 'assign')
    return { ...arrive(motion), outcome: 'changed', decided: assigned(fallout, command.owner, context.moment) }
  if (record.state !== 'fallout' || record.fallout?.id !== fallout.id) {
    return refusal('illegalMove', 'the item has gone on without this fallout record', { allowed: ['assign'] })
  }
  motion.resolved = { id: fallout.id, resolution: command.action }
  const refused = act(motion, command, ingredients)
  if (refused) return refused
  return { ...arrive(motion), decided: resolveFallout(fallout, command.action, context.moment) }
}

function act(
  motion: FulfilmentInMotion,
  command: FalloutCommand & { action: FalloutResolution },
  ingredients: Ingredients
): Refusal | undefined {
  switch (command.action) {
    case 'retry':
      return resume(motion) ? undefined : tryAgain(motion, undefined, ingredients)
    case 'retryWithChanges':
      return tryAgain(motion, command.changes, ingredients)
    case 'skip':
      become(motion, 'completed', { nextAt: undefined })
      return undefined
    case 'completeByHand':
      completeByHand(motion, command.result ?? {})
      return undefined
    case 'compensate':
      return giveUp(motion)
    default:
      return command satisfies never
  }
}

/** Goes on with the attempt as it is, where nothing is sent twice by that. */
function resume(motion: FulfilmentInMotion): boolean {
  const { record, context } = motion
  const afresh = { nextAt: at(motion), failures: 0, failingSince: undefined, puzzles: 0, told: undefined }
  const kind = record.fallout?.kind
  if (isAlive(record) || (kind === 'deviceMissing' && record.serviceOrder)) {
    const { cancellation } = record
    if (!cancellation || cancellation.state === 'refused') become(motion, 'placed', afresh)
    else become(motion, 'cancelling', { ...afresh, cancellation: { ...cancellation, tries: 0 } })
    return true
  }
  const isLost = kind === 'outcomeUnknown' || (kind === 'inconsistentState' && !record.serviceOrder)
  if (!isLost || !context.canLookUp) return false
  become(motion, 'unknown', afresh)
  return true
}

function tryAgain(
  motion: FulfilmentInMotion,
  changes: RequestChanges | undefined,
  ingredients: Ingredients
): Refusal | undefined {
  const { record, order, context } = motion
  const item = itemOf(order.order, record)
  const isOpen = item && (item.state === 'inProgress' || item.state === 'held')
  if (!isOpen && record.purpose === 'provision') {
    const message =
      item && isFinalItem(item.state) ? `the item is ${item.state}` : 'the cancellation of the item is being decided about'
    return refusal('illegalMove', message, { allowed: ['assign', 'skip', 'completeByHand', 'compensate'] })
  }
  if (record.fallout?.kind === 'notCompensable') {
    const message = 'what is to be sent to undo this is not known'
    return refusal('illegalMove', message, { allowed: ['assign', 'skip', 'completeByHand'] })
  }
  const refused = changes && refusalOfChanges(record.request, changes)
  if (refused) return refused
  const attempt = record.attempt + 1
  const made =
    item && record.request.items.length === 0
      ? decomposed(order.order, item, ingredients, attempt)
      : { kind: 'request' as const, ...pick(record), request: changed(record.request, changes) }
  become(motion, 'superseded', { nextAt: undefined })
  // While something is undone its item is held.
  if (item?.state === 'held' && record.purpose === 'provision') moveItem(order, item.id, 'inProgress')
  if (made.kind === 'nothing') {
    if (item) completeWithout(motion, made.isProduct)
    return undefined
  }
  const { purpose, product } = record
  const next: Fulfilment = {
    ...newRecord(order.order, record.item, { attempt, purpose, decomposition: made }, context),
    ...(purpose === 'compensate' && product && { product })
  }
  const fallen = { ...setOut(next, order.order, context), order }
  if (made.kind === 'impossible') fallOutOfDecomposition(fallen, made)
  motion.more.push(arrive(fallen).record)
  if (fallen.fallout) motion.fallout = fallen.fallout
  return undefined
}

/** By now there is a rule that says that nothing is to be provisioned. */
function completeWithout(motion: FulfilmentInMotion, isProduct: boolean): void {
  const { order, record, context } = motion
  const item = itemOf(order.order, record)
  if (!item) return
  const result = { services: [], resources: [], characteristics: [], date: at(motion) }
  const product = isProduct ? productFor({ order: order.order, item, result, nextId: context.nextId }) : undefined
  if (product) motion.product = product
  moveItem(order, item.id, 'completed')
}

function completeByHand(motion: FulfilmentInMotion, told: Partial<Omit<ProvisioningResult, 'date'>>): void {
  const { record, order, context } = motion
  const { services = [], resources = [], characteristics = [] } = told
  const date = at(motion)
  const item = itemOf(order.order, record)
  const isCompensation = record.purpose === 'compensate'
  const product = isCompensation
    ? productUndone(record, date)
    : item && !isFinalItem(item.state)
      ? productFor({ order: order.order, item, result: { services, resources, characteristics, date }, nextId: context.nextId })
      : undefined
  const id = product?.kind === 'create' ? product.product.id : product?.id
  const key = record.request.items[0]?.id
  const service = services[0]?.id
  become(motion, 'completed', {
    nextAt: undefined,
    ...(id !== undefined && { product: { id } }),
    ...(key !== undefined &&
      !isCompensation && {
        result: [
          { item: key, ...(service !== undefined && { service }), ...(resources.length > 0 && { resource: [...resources] }) }
        ]
      })
  })
  if (product) motion.product = product
}

/** Undoes what is there; an order that is still worked on is cancelled first. */
function giveUp(motion: FulfilmentInMotion): Refusal | undefined {
  const { record, order } = motion
  if (record.purpose === 'compensate') {
    const message = 'this is to undo something already'
    return refusal('illegalMove', message, { allowed: ['assign', 'retry', 'skip', 'completeByHand'] })
  }
  if (isAlive(record)) {
    const reason = motion.context.moment.reason ?? 'Given up'
    const cancellation = { reason, requestedAt: at(motion), state: 'wanted', tries: 0, isGivenUp: true } as const
    become(motion, 'cancelling', { cancellation, nextAt: at(motion), failures: 0, failingSince: undefined })
    return undefined
  }
  const isUndone = compensate(motion)
  become(motion, isUndone ? 'superseded' : 'cancelled', { nextAt: undefined })
  const item = itemOf(order.order, record)
  if (!isUndone && item && (item.state === 'held' || item.state === 'inProgress')) moveItem(order, item.id, 'failed')
  return undefined
}

function assigned(fallout: Fallout, owner: string | undefined, { now, actor, reason }: Moment): Fallout {
  const { owner: _owner, ...rest } = fallout
  const to = { ...(owner !== undefined && { owner }) }
  const entry = { date: now.toISOString(), actor, action: 'assign' as const, ...to, ...(reason !== undefined && { reason }) }
  return { ...rest, ...to, status: owner === undefined ? 'open' : 'assigned', history: [...fallout.history, entry] }
}

function pick({ rule, stateMap }: Fulfilment) {
  return { ...(rule && { rule }), ...(stateMap && { stateMap }) }
}

function refusalOfChanges({ items }: ServiceOrderRequest, { items: changes }: RequestChanges): Refusal | undefined {
  const known = new Set(items.map(({ id }) => id))
  const objections = changes.flatMap(({ id }, index): Objection[] =>
    known.has(id)
      ? []
      : [{ code: 'invalidValue', pointer: `/changes/items/${index}/id`, message: 'no item of the service order has this id' }]
  )
  return refusalOf(objections)
}

function changed(request: ServiceOrderRequest, changes: RequestChanges | undefined): ServiceOrderRequest {
  if (!changes) return request
  const byId = new Map(changes.items.map(each => [each.id, each]))
  return { ...request, items: request.items.map(item => changedItem(item, byId.get(item.id))) }
}

function changedItem(
  item: ServiceOrderItemRequest,
  change: RequestChanges['items'][number] | undefined
): ServiceOrderItemRequest {
  if (!change) return item
  const { serviceSpecification, characteristics = [], supportingResources } = change
  const merged = new Map([...item.characteristics, ...characteristics].map(each => [each.name, each]))
  return {
    ...item,
    ...(serviceSpecification && { serviceSpecification }),
    characteristics: [...merged.values()].filter(({ value }) => value !== null),
    ...(supportingResources && { supportingResources })
  }
}
