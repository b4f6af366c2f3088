import type {
  ServiceOrderItemReport,
  ServiceOrderItemRequest,
  ServiceOrderReport,
  ServiceOrderRequest
} from '../ports/fms-gateway.ts'
import type { DoneBefore, FulfilledService, Fulfilment } from './fulfilment.ts'
import { meaningOf } from './state-map.ts'

/** Something that is to be provisioned for an item, whichever attempt sees to it. */
export interface Part {
  readonly wanted: ServiceOrderItemRequest
  /** As this attempt asks for it; absent where an earlier one has done it. */
  readonly asked?: ServiceOrderItemRequest
  /** What this attempt has told of it. */
  readonly told?: FulfilledService
  /** What there is of it, whoever told that. */
  readonly result?: FulfilledService
  /** Whether an earlier attempt has done it. */
  readonly isDoneBefore: boolean
}

/** All parts in the order in which the first attempt asked for them: by their places services are found again. */
export function partsOf({ request, result = [], done = [] }: Pick<Fulfilment, 'request' | 'result' | 'done'>): Part[] {
  const told = new Map(result.map(each => [each.item, each]))
  const asked = new Map(request.items.map(each => [each.id, each]))
  const before = new Map(done.map(each => [each.position, each]))
  const doneIds = new Set(done.map(each => each.request.id))
  const others = request.items.filter(({ id }) => !doneIds.has(id))
  return Array.from({ length: done.length + others.length }, (_, position) => {
    const earlier = before.get(position)
    const item = earlier ? asked.get(earlier.request.id) : others.shift()!
    const wanted = earlier?.request ?? item!
    const news = told.get(wanted.id)
    const known = news ? { ...earlier?.result, ...news } : earlier?.result
    return {
      wanted,
      isDoneBefore: earlier !== undefined,
      ...(item && { asked: item }),
      ...(news && { told: news }),
      ...(known && { result: known })
    }
  })
}

/** Those that something is left of at the FMS: all of them when it has completed the service order, and said of none that it has failed. */
export function donePartsOf(record: Fulfilment): Part[] {
  const { fallout, serviceOrder, stateMap } = record
  const isInPart = fallout?.kind === 'partialAtFms'
  const isCompleted = !isInPart && serviceOrder !== undefined && meaningOf(serviceOrder.state, stateMap) === 'completed'
  return partsOf(record).filter(
    ({ wanted, result, isDoneBefore }) => wanted.action !== 'noChange' && (isDoneBefore || isCompleted || result !== undefined)
  )
}

/** What a service order that is completed has come to, as it is kept to be undone. */
export function servicesOf(report: ServiceOrderReport): FulfilledService[] {
  return report.items.map(serviceOf)
}

/**
 * What there is of a service order that was not completed as it was asked for: items that were completed, and services and devices that
 * were named for others. What only repeats the request is not there.
 */
export function leftOf(report: ServiceOrderReport, { request, stateMap }: Pick<Fulfilment, 'request' | 'stateMap'>) {
  const asked = new Map(request.items.map(each => [each.id, each]))
  const isCompleted = meaningOf(report.state, stateMap) === 'completed'
  const left = report.items.flatMap((item): FulfilledService[] => {
    const request = asked.get(item.id)
    const meaning = meaningOf(item.state, stateMap)
    const state = isCompleted && meaning !== 'failed' && meaning !== 'cancelled' ? report.state : item.state
    const isThere = meaningOf(state, stateMap) === 'completed' || isNamed(item, request)
    if (!request || !isThere) return []
    const { name, characteristics = [] } = item.service ?? {}
    return [
      {
        ...serviceOf(item),
        state,
        ...(name !== undefined && { name }),
        ...(characteristics.length > 0 && { characteristic: [...characteristics] })
      }
    ]
  })
  return left.length === 0 ? undefined : left
}

/** Whether the FMS has given something a name that we had not. */
function isNamed({ service }: ServiceOrderItemReport, asked: ServiceOrderItemRequest | undefined): boolean {
  if (!service || asked?.action !== 'add') return false
  if (service.id !== undefined && service.id !== asked.serviceId) return true
  const known = new Set(asked.supportingResources.flatMap(({ id, serialNumber }) => [id, serialNumber]))
  const names = service.supportingResources.flatMap(({ id, serialNumber }) => [id, serialNumber])
  return names.some(name => name !== undefined && !known.has(name))
}

function serviceOf({ id, service }: ServiceOrderItemReport): FulfilledService {
  return {
    item: id,
    ...(service?.id !== undefined && { service: service.id }),
    ...(service && service.supportingResources.length > 0 && { resource: [...service.supportingResources] })
  }
}

/** What is still to be sent, and what need not be. */
export interface Remainder {
  readonly items: readonly ServiceOrderItemRequest[]
  readonly done: readonly DoneBefore[]
}

/**
 * What another attempt has to do. What is completed is not asked for again; a service that lacks a device, or is to be changed, is modified.
 *
 * @param change what is to be asked for instead; undefined where that stays as it is
 */
export function remainderOf(
  record: Fulfilment,
  change: (item: ServiceOrderItemRequest) => ServiceOrderItemRequest | undefined
): Remainder {
  const { stateMap } = record
  const items: ServiceOrderItemRequest[] = []
  const done: DoneBefore[] = []
  for (const [position, { wanted, asked, told, result, isDoneBefore }] of partsOf(record).entries()) {
    const base = asked ?? wanted
    const changed = change(base)
    const isCompleted = told?.state !== undefined && meaningOf(told.state, stateMap) === 'completed'
    const isThere = result !== undefined && (isDoneBefore || isCompleted)
    if (isThere) done.push({ position, request: wanted, result })
    const isOpen = asked !== undefined && !isCompleted
    if (isThere && !isOpen && !changed && devicesMissing(base, result) === 0) continue
    const modified = isThere && result.service !== undefined && wanted.action === 'add'
    items.push({ ...(changed ?? base), ...(modified && { action: 'modify' as const, serviceId: result.service! }) })
  }
  return { items, done }
}

/** As it is sent: nothing waits for what is done already. */
export function requestToSend({ request, done }: Pick<Fulfilment, 'request' | 'done'>): ServiceOrderRequest {
  if (!done) return request
  const ids = new Set(request.items.map(({ id }) => id))
  return { ...request, items: request.items.map(item => ({ ...item, requires: item.requires.filter(id => ids.has(id)) })) }
}

/** How many devices were asked for and aren't there. */
export function devicesMissing(
  { action, supportingResources }: ServiceOrderItemRequest,
  { resource = [] }: Pick<FulfilledService, 'resource'>
): number {
  if (action === 'delete' || action === 'noChange') return 0
  const given = resource.filter(({ id, serialNumber }) => id !== undefined || serialNumber !== undefined)
  return Math.max(0, supportingResources.length - given.length)
}
