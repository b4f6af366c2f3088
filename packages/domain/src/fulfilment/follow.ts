import type { ServiceOrderNews } from '../journey/apply-service-order.ts'
import { sameJson } from '../kernel/json.ts'
import { isFinalItem } from '../ordering/order-item-states.ts'
import type { FmsFailure, ServiceOrderMilestone, ServiceOrderReport } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { digestOf } from './digest.ts'
import type { FalloutKind } from './fallout.ts'
import type { Fulfilment } from './fulfilment.ts'
import {
  type Answer,
  arrive,
  at,
  become,
  type FulfilmentChange,
  type FulfilmentContext,
  type FulfilmentInMotion,
  fallOut,
  itemOf,
  type Misfortune,
  put,
  retryLater,
  setOut
} from './fulfilment-change.ts'
import { isRepeated, isSmallTalk } from './of-no-consequence.ts'
import { earlyPoll, nextPoll } from './pace.ts'
import { devicesMissing, leftOf, servicesOf } from './parts.ts'
import { productFor, productRefOf, productUndone, resultOf } from './product-change.ts'
import { type FmsMeaning, meaningOf, standardState } from './state-map.ts'

export type ReportSource = 'answer' | 'callback'

/** What becomes of a fulfilment about which the FMS was asked. */
export function afterGet(
  record: Fulfilment,
  order: ProductOrder,
  { asked, result }: Answer<ServiceOrderReport>,
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  if (record.state !== 'placed' && record.state !== 'cancelling') return arrive(motion)
  // Another answer has come since: this one may be the older one, and is no more than a callback.
  const isLate = record.polledAt !== asked.polledAt || !sameJson(record.cancellation, asked.cancellation)
  if (result.kind === 'ok' && result.value.id === record.serviceOrder?.id)
    follow(motion, result.value, isLate ? 'callback' : 'answer')
  else if (isLate) return arrive(motion)
  else if (result.kind === 'ok') puzzle(motion, 'The FMS answered with another service order', { report: result.value })
  else afterFailedGet(motion, result)
  askAgain(motion, asked)
  return arrive(motion)
}

/** What was heard while the FMS was being asked may be newer than its answer: that it is to be asked about is not forgotten. */
function askAgain(motion: FulfilmentInMotion, asked: Fulfilment): void {
  const { state, nextAt } = motion.record
  const wanted = motion.before.nextAt
  if ((state !== 'placed' && state !== 'cancelling') || wanted === undefined || wanted === asked.nextAt) return
  if (nextAt === undefined || wanted < nextAt) put(motion, { nextAt: wanted })
}

/** Follows what was said about a service order that the FMS has; before that, and when it is over, nothing is. */
export function follow(motion: FulfilmentInMotion, report: ServiceOrderReport, source: ReportSource, eventId?: string): void {
  const { record, context } = motion
  if (record.state === 'fallout' && isHealedBy(motion, report)) heal(motion)
  if (motion.record.state !== 'placed' && motion.record.state !== 'cancelling') return
  const told = digestOf(JSON.stringify(report))
  if (source === 'answer') put(motion, { polledAt: at(motion), failures: 0, failingSince: undefined })
  const meaning = meaningOf(report.state, record.stateMap)
  if (!meaning) {
    if (source === 'callback') askSoon(motion)
    else
      puzzle(
        motion,
        `The FMS says that the service order is ${JSON.stringify(report.state.slice(0, 60))}, which means nothing to us`,
        { report }
      )
    return
  }
  if (told === record.told) {
    if (source === 'callback') {
      if (isRepeated(motion.record, eventId)) askSoon(motion)
    } else {
      planPoll(motion)
      if (meaning === 'waiting' || meaning === 'inProgress' || meaning === 'held') noSignOfCancellation(motion)
    }
    return
  }
  motion.news.push(newsOf(record, report))
  if (source === 'callback' && !isBelieved(motion, report, meaning)) {
    askSoon(motion)
    return
  }
  if (source === 'callback' && isSmallTalk(motion.record, report, motion.context)) return
  const toldBy = source === 'callback' ? (eventId ?? '') : undefined
  put(motion, { told, toldBy, puzzles: 0, newsAt: at(motion), serviceOrder: { id: report.id, state: report.state } })
  if (source === 'answer') planPoll(motion)
  obey(motion, report, meaning, context)
}

/** What a callback may say without being asked about: what cannot change any more, and what is so already. */
function isBelieved({ record }: FulfilmentInMotion, report: ServiceOrderReport, meaning: FmsMeaning): boolean {
  if (meaning === 'completed') return isToldInFull(record, report)
  if (meaning === 'cancelled') return record.state === 'cancelling'
  return (meaning === 'inProgress' || meaning === 'waiting') && record.state === 'placed' && !record.isHeld
}

/** Callbacks need not hold all of a service order. */
function isToldInFull({ request }: Fulfilment, { items }: ServiceOrderReport): boolean {
  const told = new Map(items.map(item => [item.id, item.service]))
  const isTold = ({ id, action }: { id: string; action: string }) => action !== 'add' || told.get(id)?.id !== undefined
  return request.items.every(isTold) && missingDevices(request, items) === 0
}

function obey(motion: FulfilmentInMotion, report: ServiceOrderReport, meaning: FmsMeaning, context: FulfilmentContext): void {
  const { record } = motion
  switch (meaning) {
    case 'waiting':
    case 'inProgress':
      put(motion, { isHeld: undefined })
      noSignOfCancellation(motion)
      return
    case 'held':
      put(motion, { isHeld: true })
      noSignOfCancellation(motion)
      return
    case 'cancelling':
      if (record.cancellation) put(motion, { cancellation: { ...withoutDoubt(record.cancellation), state: 'asked' } })
      else put(motion, { isHeld: true })
      return
    case 'cancelled':
      if (record.state === 'cancelling') become(motion, 'cancelled', { nextAt: undefined })
      else fallOutOfReport(motion, report, 'cancelledAtFms')
      return
    case 'completed':
      complete(motion, report, context)
      return
    case 'failed': {
      const kind = kindsOfFailure.get(standardState(report.state)) ?? 'failedAtFms'
      if (record.state === 'cancelling' && kind !== 'partialAtFms') become(motion, 'cancelled', { nextAt: undefined })
      else fallOutOfReport(motion, report, kind)
      return
    }
    default:
      meaning satisfies never
  }
}

const kindsOfFailure: ReadonlyMap<string, FalloutKind> = new Map([
  ['rejected', 'rejectedByFms'],
  ['partial', 'partialAtFms']
])

/** The service order goes on: we ask again where our asking may have been lost, and have been refused where it wasn't. */
function noSignOfCancellation(motion: FulfilmentInMotion): void {
  const { cancellation, state } = motion.record
  if (state !== 'cancelling' || !cancellation) return
  if (cancellation.isUnknown) {
    put(motion, { cancellation: { ...withoutDoubt(cancellation), state: 'wanted' }, nextAt: at(motion) })
  } else if (cancellation.state === 'asked' && cancellation.id === undefined) {
    become(motion, 'placed', { cancellation: { ...cancellation, state: 'refused' } })
  }
}

function withoutDoubt({ isUnknown: _doubt, ...cancellation }: NonNullable<Fulfilment['cancellation']>) {
  return cancellation
}

function complete(motion: FulfilmentInMotion, report: ServiceOrderReport, { moment, nextId }: FulfilmentContext): void {
  const { record, order } = motion
  if (report.items.some(({ state }) => isFailure(meaningOf(state, record.stateMap)))) {
    fallOutOfReport(motion, report, 'partialAtFms')
    return
  }
  const missing = missingDevices(record.request, report.items)
  if (missing > 0) {
    put(motion, { result: leftOf(report, record) })
    const message = `The FMS has completed the service order without ${missing === 1 ? 'a device' : `${missing} devices`} of it`
    fallOut(motion, { kind: 'deviceMissing', step: 'follow', message, report })
    return
  }
  const item = itemOf(order.order, record)
  if (record.purpose === 'compensate') {
    become(motion, 'completed', { nextAt: undefined, isHeld: undefined })
    const undone = productUndone(record, item?.action, record.request.items, moment.now.toISOString())
    if (undone) motion.product = undone
    return
  }
  if (item && isFinalItem(item.state)) {
    put(motion, { result: servicesOf(report) })
    const message = `The FMS has completed the service order of an item that is ${item.state}`
    fallOut(motion, { kind: 'inconsistentState', step: 'follow', message, report })
    return
  }
  const product = item && productFor({ order: order.order, item, result: resultOf(report, record, moment.now), nextId })
  const ref = productRefOf(product)
  become(motion, 'completed', {
    nextAt: undefined,
    isHeld: undefined,
    result: servicesOf(report),
    ...(ref && { product: ref })
  })
  if (product) motion.product = product
}

function isFailure(meaning: FmsMeaning | undefined): boolean {
  return meaning === 'failed' || meaning === 'cancelled'
}

function missingDevices({ items: asked }: Fulfilment['request'], items: ServiceOrderReport['items']): number {
  const told = new Map(items.map(({ id, service }) => [id, service?.supportingResources ?? []]))
  return asked.reduce((missing, item) => missing + devicesMissing(item, { resource: [...(told.get(item.id) ?? [])] }), 0)
}

/** Failures of the connection are over once the FMS is heard; a device that was missing may have been found. */
function isHealedBy({ record }: FulfilmentInMotion, report: ServiceOrderReport): boolean {
  if (record.serviceOrder?.id !== report.id) return false
  const kind = record.fallout?.kind
  if (kind === 'timeout' || kind === 'unreadableAnswer') return meaningOf(report.state, record.stateMap) !== undefined
  return kind === 'deviceMissing' && meaningOf(report.state, record.stateMap) === 'completed' && isToldInFull(record, report)
}

/** What is no longer wanted goes on being cancelled. As long as it had fallen out nobody asked the FMS: from now on somebody does again. */
function heal(motion: FulfilmentInMotion): void {
  const { cancellation } = motion.record
  become(motion, 'placed')
  if (cancellation && cancellation.state !== 'refused') become(motion, 'cancelling')
  askSoon(motion)
}

function fallOutOfReport(motion: FulfilmentInMotion, report: ServiceOrderReport, kind: FalloutKind): void {
  const message = `The FMS says that the service order is ${report.state}`
  put(motion, { result: leftOf(report, motion.record) })
  fallOut(motion, { kind, step: motion.record.purpose === 'compensate' ? 'compensate' : 'follow', message, report })
}

function afterFailedGet(motion: FulfilmentInMotion, failure: FmsFailure): void {
  const { record, context } = motion
  if (failure.code === 'notFound') {
    const since = Date.parse(record.sentAt ?? record.createdAt)
    const isSettled = context.moment.now.getTime() - since > context.settings.settleTimeMs
    if (isSettled || !retryLater(motion, failure)) {
      fallOut(motion, { kind: 'inconsistentState', step: 'follow', message: 'The FMS no longer has the service order', failure })
    }
  } else if (!failure.retryable || failure.kind === 'unreadable') {
    puzzle(motion, `What the FMS says about the service order is of no use: ${failure.message}`, { failure })
  } else if (!retryLater(motion, failure)) {
    fallOut(motion, { kind: 'timeout', step: 'follow', message: 'The FMS has not answered for too long', failure })
  }
}

/** Once may be a mistake; what goes on is somebody's concern. */
export function puzzle(motion: FulfilmentInMotion, message: string, told: Pick<Misfortune, 'failure' | 'report'>): void {
  const { record, context } = motion
  const puzzles = record.puzzles + 1
  put(motion, { puzzles })
  if (puzzles >= context.settings.maxPuzzles) {
    fallOut(motion, { kind: 'unreadableAnswer', step: 'follow', message: message.slice(0, 1_000), ...told })
    return
  }
  planPoll(motion)
}

function planPoll(motion: FulfilmentInMotion): void {
  const { moment, settings, random } = motion.context
  put(motion, { nextAt: nextPoll(motion.record, settings, moment.now, random).toISOString() })
}

export function askSoon(motion: FulfilmentInMotion): void {
  const { moment, settings } = motion.context
  const nextAt = earlyPoll(motion.record, settings, moment.now).toISOString()
  if (nextAt !== motion.record.nextAt) put(motion, { nextAt })
}

/**
 * Asks soon about a fulfilment of which something was heard that cannot be followed by itself. What has a name at the FMS is there.
 *
 * @param serviceOrderId what it is called there, where that was told
 */
export function askEarly(
  record: Fulfilment,
  order: ProductOrder,
  serviceOrderId: string | undefined,
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  if (record.state === 'sent' && !record.cancellation && serviceOrderId !== undefined) {
    become(motion, 'placed', {
      serviceOrder: { id: serviceOrderId, state: 'acknowledged' },
      failures: 0,
      failingSince: undefined
    })
  }
  if (motion.record.state === 'placed' || motion.record.state === 'cancelling') askSoon(motion)
  return arrive(motion)
}

/** What journeys may wait for. */
function newsOf({ item }: Fulfilment, { state, items, milestones }: ServiceOrderReport): ServiceOrderNews {
  const reached = [...milestones, ...items.flatMap(each => each.milestones)].filter(isReached)
  return {
    itemId: item.id,
    state,
    milestones: reached.flatMap(({ id, name }) => [id, name].filter(each => each !== undefined)),
    characteristics: items.flatMap(({ service }) => service?.characteristics ?? [])
  }
}

/** The standard leaves the words to the FMS. */
export const reachedStatuses: readonly string[] = ['completed', 'complete', 'reached', 'achieved', 'done']

function isReached({ status, date }: ServiceOrderMilestone): boolean {
  return status === undefined ? date !== undefined : reachedStatuses.includes(status.toLowerCase())
}
