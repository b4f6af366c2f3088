import { changeKinds } from '../events/domain-event.ts'
import { ordersIn } from '../journey/apply-order.ts'
import type { AwaitedEvent } from '../journey/awaited-events.ts'
import { awaitedIn } from '../journey/journey-catalog.ts'
import { JOURNEY_FOLLOWER_ID, type JourneyFollower, journeyFollowerDefinition } from '../journey/journey-follower.ts'
import { DomainError } from '../kernel/errors.ts'
import { sameJson } from '../kernel/json.ts'
import type { ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { EventLog, EventQuery, StoredEvent } from '../ports/event-log.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { applyEventToJourney } from './apply-event-to-journey.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { journeysInUse } from './journeys-in-use.ts'

export interface FollowDependencies extends ChangeDependencies {
  readonly store: Pick<ResourceStore, 'get'>
  readonly events: Pick<EventLog, 'read'>
  /** A journey cannot take notice of an event: it is passed over. */
  readonly onRefused: (error: DomainError, event: StoredEvent, orderId: string) => void
}

/** How far one who follows has come; others need not know it yet. */
export interface FollowedTo {
  readonly cursor: string
  /** Of what is stored, as it was then: when that has changed, somebody else has come further. */
  readonly revision: number
}

export interface Followed {
  /** Absent: to be begun with what is stored. */
  readonly to: FollowedTo | undefined
  /** How many events were looked at. */
  readonly events: number
  readonly isMore: boolean
}

const PAGE_LIMIT = 100
/** Events that matter to nobody need not be remembered at once: to pass over them again costs little. */
const STORE_EVERY_MS = 60_000
/** Clocks of processes differ: events of before anybody waited are looked at for so long. */
const CLOCK_TOLERANCE_MS = 60_000
/** As ids are made: anything else names no order. */
const ORDER_ID = /^[\w-]{1,100}$/

/**
 * Lets journeys take notice of the next events of other resources that any milestone waits for. How far it has come is stored after that:
 * who is killed looks at some events again, which changes nothing. Several may follow side by side.
 *
 * @param known what the step before has returned
 * @returns undefined when nothing is waited for
 */
export async function followAwaitedEvents(
  dependencies: FollowDependencies,
  tenant: string,
  known?: FollowedTo
): Promise<Followed | undefined> {
  const get = async (definition: ResourceDefinition, id: string) => dependencies.store.get(tenant, definition, id)
  const reader = { get }
  const awaited = awaitedIn(await journeysInUse(reader))
  if (awaited.length === 0) return undefined
  const stored = await reader.get(journeyFollowerDefinition, JOURNEY_FOLLOWER_ID)
  const place = known && known.revision === (stored?.revision ?? 0) ? known : placeOf(stored)
  const page = await dependencies.events.read(tenant, queryOf(awaited, place))
  // What was put to use while this was read may wait for events that were left out.
  const isComplete = sameJson(awaited, awaitedIn(await journeysInUse(reader)))
  if (!isComplete) return { to: place, events: 0, isMore: true }
  await applyAll(dependencies, page.events, awaited)
  const to = { cursor: page.next, revision: stored?.revision ?? 0 }
  const isToStore = page.events.length > 0 || isLongAgo(dependencies, stored)
  const next = isToStore && page.next !== place?.cursor ? await storePlace(dependencies, tenant, to) : to
  return { to: next, events: page.events.length, isMore: !page.atEnd }
}

function placeOf(stored: StoredResource | undefined): FollowedTo | undefined {
  return stored && { cursor: (JSON.parse(stored.document) as JourneyFollower).cursor, revision: stored.revision }
}

function queryOf(awaited: readonly AwaitedEvent[], place: FollowedTo | undefined): EventQuery {
  const start = Math.min(...awaited.map(({ since }) => Date.parse(since))) - CLOCK_TOLERANCE_MS
  return {
    ...(place ? { after: place.cursor } : { from: new Date(Math.max(0, start)).toISOString() }),
    resources: [...new Set(awaited.map(({ resource }) => resource))],
    kinds: changeKinds,
    limit: PAGE_LIMIT
  }
}

function isLongAgo({ clock }: FollowDependencies, stored: StoredResource | undefined): boolean {
  if (!stored) return true
  const { date } = JSON.parse(stored.document) as JourneyFollower
  return Date.parse(date) + STORE_EVERY_MS <= clock.now().getTime()
}

/** Those of one order one after the other, orders side by side. */
async function applyAll(
  dependencies: FollowDependencies,
  events: readonly StoredEvent[],
  awaited: readonly AwaitedEvent[]
): Promise<void> {
  const ofOrders = new Map<string, { readonly event: StoredEvent; readonly document: unknown }[]>()
  for (const event of events) {
    const document = JSON.parse(event.document) as unknown
    const places = awaited.filter(({ resource }) => resource === event.resource)
    const orderIds = new Set(places.flatMap(place => ordersIn({ document }, place)).filter(id => ORDER_ID.test(id)))
    for (const id of orderIds) ofOrders.set(id, [...(ofOrders.get(id) ?? []), { event, document }])
  }
  await Promise.all(
    [...ofOrders].map(async ([orderId, told]) => {
      for (const { event, document } of told) await apply(dependencies, orderId, event, document)
    })
  )
}

async function apply(dependencies: FollowDependencies, orderId: string, event: StoredEvent, document: unknown): Promise<void> {
  const { tenant, actor, correlationId, traceparent, resource, kind, at } = event
  const context = { tenant, actor, correlationId, ...(traceparent !== undefined && { traceparent }) }
  try {
    await applyEventToJourney(dependencies, { orderId, happening: { resource, kind, document, at } }, context)
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'unavailable') throw error
    if (error.code !== 'notFound') dependencies.onRefused(error, event, orderId)
  }
}

/** @returns undefined when somebody else was faster */
async function storePlace(
  { unitOfWork, store, clock }: FollowDependencies,
  tenant: string,
  { cursor, revision }: FollowedTo
): Promise<FollowedTo | undefined> {
  const place: JourneyFollower = {
    id: JOURNEY_FOLLOWER_ID,
    '@type': journeyFollowerDefinition.type,
    cursor,
    date: clock.now().toISOString()
  }
  const write = async (transaction: Transaction) => {
    const current = await transaction.get(journeyFollowerDefinition, place.id)
    if ((current?.revision ?? 0) !== revision) return undefined
    return current
      ? transaction.update(journeyFollowerDefinition, current, place)
      : transaction.insert(journeyFollowerDefinition, place)
  }
  try {
    const stored = await unitOfWork.run(tenant, write)
    return stored && { cursor, revision: stored.revision }
  } catch (error) {
    // The first time, somebody else may have been faster.
    if (revision > 0 || !(await store.get(tenant, journeyFollowerDefinition, place.id))) throw error
    return undefined
  }
}
