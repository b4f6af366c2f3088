import { type JsonValue, sameJson } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Objection, type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import { isFinalItem } from '../ordering/order-item-states.ts'
import type { ServiceOrderItemRequest, ServiceSpecificationReference, SupportingResource } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { isAlive } from './cancel.ts'
import { compensate } from './compensate.ts'
import { type Fallout, type FalloutResolution, resolveFallout } from './fallout.ts'
import type { FulfilledService, Fulfilment } from './fulfilment.ts'
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
import { partsOf, remainderOf } from './parts.ts'
import { NO_RESULT, type ProvisioningResult, productFor, productRefOf, productUndone, resultSoFar } from './product-change.ts'

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
 * | `retry` | goes on where that can be done without sending anything twice; otherwise another attempt is sent, of what is not done yet. Where another
 *   rule is for it by now, and nothing is done yet, by that |
 * | `retryWithChanges` | another attempt is sent, with changes; a service that is there is modified. Not while the FMS may be at what was sent |
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
      completeWith(motion, command.result ?? {})
      return undefined
    case 'compensate':
      return giveUp(motion)
    default:
      return command satisfies never
  }
}

/** Goes on with the attempt as it is, where nothing is sent twice by that. */
function resume(motion: FulfilmentInMotion): boolean {
  const { record } = motion
  const afresh = { nextAt: at(motion), failures: 0, failingSince: undefined, puzzles: 0, told: undefined }
  const kind = record.fallout?.kind
  if (isAlive(record) || (kind === 'deviceMissing' && record.serviceOrder)) {
    const { cancellation } = record
    if (!cancellation || cancellation.state === 'refused') become(motion, 'placed', afresh)
    else become(motion, 'cancelling', { ...afresh, cancellation: { ...cancellation, tries: 0 } })
    return true
  }
  if (!canBeFound(motion)) return false
  become(motion, 'unknown', afresh)
  return true
}

/** Whether the FMS may have something of which we do not know, and can be asked. */
function canBeFound({ record: { fallout, serviceOrder }, context }: FulfilmentInMotion): boolean {
  const isLost = fallout?.kind === 'outcomeUnknown' || (fallout?.kind === 'inconsistentState' && !serviceOrder)
  return isLost && context.canLookUp
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
  if (changes && (isAlive(record) || canBeFound(motion))) {
    const message = 'the FMS may be at what was sent: `retry` finds out, and goes on with it'
    const undo = record.purpose === 'provision' ? (['compensate'] as const) : []
    return refusal('illegalMove', message, { allowed: ['assign', 'retry', 'skip', 'completeByHand', ...undo] })
  }
  const refused = changes && refusalOfChanges(record, changes)
  if (refused) return refused
  const attempt = record.attempt + 1
  const changeOf = new Map(changes?.items.map(each => [each.id, each]))
  const { items, done } = remainderOf(record, each => changedItem(each, changeOf.get(each.id)))
  if (items.length === 0 && done.length > 0) {
    completeWith(motion, NO_RESULT)
    return undefined
  }
  const anew = item && record.purpose === 'provision' ? decomposed(order.order, item, ingredients, attempt) : undefined
  const isByOtherRule = !changes && done.length === 0 && !sameJson(anew?.rule, record.rule)
  const isToBeMadeAnew = record.request.items.length === 0 || isByOtherRule
  const made = (isToBeMadeAnew ? anew : undefined) ?? {
    kind: 'request' as const,
    ...pick(record),
    request: { ...record.request, items }
  }
  become(motion, 'superseded', { nextAt: undefined })
  // While something is undone its item is held, and so it is while nothing can be made of it.
  const goesOn = record.purpose === 'provision' && made.kind !== 'impossible'
  if (item?.state === 'held' && goesOn) moveItem(order, item.id, 'inProgress')
  if (made.kind === 'nothing') {
    if (item) completeWithout(motion, made.isProduct)
    return undefined
  }
  const { purpose, product } = record
  const next: Fulfilment = {
    ...newRecord(order.order, record.item, { attempt, purpose, decomposition: made }, context),
    ...(purpose === 'compensate' && product && { product }),
    ...(done.length > 0 && { done: [...done] })
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
  const result = { ...NO_RESULT, date: at(motion) }
  const product = isProduct ? productFor({ order: order.order, item, result, nextId: context.nextId }) : undefined
  if (product) motion.product = product
  moveItem(order, item.id, 'completed')
}

/** The item is completed with what is there already and with what somebody says. */
function completeWith(motion: FulfilmentInMotion, told: Partial<Omit<ProvisioningResult, 'date'>>): void {
  const { record, order, context } = motion
  const { services = [], resources = [], characteristics = [] } = told
  const date = at(motion)
  const item = itemOf(order.order, record)
  if (record.purpose === 'compensate') {
    become(motion, 'completed', { nextAt: undefined })
    const undone = productUndone(record, item?.action, record.request.items, date)
    if (undone) motion.product = undone
    return
  }
  const known = resultSoFar(record)
  const result = {
    services: [...known.services, ...services],
    resources: [...known.resources, ...resources],
    characteristics: [...known.characteristics, ...characteristics],
    date
  }
  const isOpen = item && !isFinalItem(item.state)
  const product = isOpen ? productFor({ order: order.order, item, result, nextId: context.nextId }) : undefined
  const ref = productRefOf(product)
  become(motion, 'completed', {
    nextAt: undefined,
    result: servicesByHand(record, { services, resources }),
    ...(ref && { product: ref })
  })
  if (product) motion.product = product
}

/** As it is kept to be undone: services that somebody names are taken for those that have no name yet, one after the other. */
function servicesByHand(
  record: Fulfilment,
  { services, resources }: Pick<ProvisioningResult, 'services' | 'resources'>
): FulfilledService[] | undefined {
  const names = services.flatMap(({ id }) => id ?? [])
  const results = partsOf(record).flatMap(({ wanted, result }, index): FulfilledService[] => {
    const service = result?.service ?? names.shift()
    const resource = [...(result?.resource ?? []), ...(index === 0 ? resources : [])]
    if (service === undefined && resource.length === 0) return []
    return [{ item: wanted.id, ...(service !== undefined && { service }), ...(resource.length > 0 && { resource }) }]
  })
  return results.length === 0 ? undefined : results
}

/** Undoes what is there; an order that is still worked on is cancelled first. */
function giveUp(motion: FulfilmentInMotion): Refusal | undefined {
  const { record, order } = motion
  if (record.purpose === 'compensate') {
    const message = 'this is to undo something already'
    return refusal('illegalMove', message, { allowed: ['assign', 'retry', 'skip', 'completeByHand'] })
  }
  const isToBeFound = canBeFound(motion)
  if (isToBeFound || isAlive(record)) {
    const reason = motion.context.moment.reason ?? 'Given up'
    const cancellation = { reason, requestedAt: at(motion), state: 'wanted', tries: 0, isGivenUp: true } as const
    const next = isToBeFound ? 'unknown' : 'cancelling'
    become(motion, next, { cancellation, nextAt: at(motion), failures: 0, failingSince: undefined })
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

function refusalOfChanges(record: Fulfilment, { items: changes }: RequestChanges): Refusal | undefined {
  const known = new Set(partsOf(record).map(({ wanted }) => wanted.id))
  const objections = changes.flatMap(({ id }, index): Objection[] =>
    known.has(id)
      ? []
      : [{ code: 'invalidValue', pointer: `/changes/items/${index}/id`, message: 'no item of the service order has this id' }]
  )
  return refusalOf(objections)
}

function changedItem(
  item: ServiceOrderItemRequest,
  change: RequestChanges['items'][number] | undefined
): ServiceOrderItemRequest | undefined {
  if (!change) return undefined
  const { serviceSpecification, characteristics = [], supportingResources } = change
  const merged = new Map([...item.characteristics, ...characteristics].map(each => [each.name, each]))
  return {
    ...item,
    ...(serviceSpecification && { serviceSpecification }),
    characteristics: [...merged.values()].filter(({ value }) => value !== null),
    ...(supportingResources && { supportingResources })
  }
}
