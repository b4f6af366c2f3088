import { type Step, workOn } from './item-work.ts'
import type { OrderRecord, Phase } from './kept.ts'
import { withJeopardy, withMilestone, withOrder } from './order-changes.ts'
import type { Obstacle } from './provisioning.ts'
import { allItems, isFinal, mapItems, type OrderState, type ServiceOrder, type ServiceOrderItem } from './service-order.ts'

export interface Advanced {
  readonly record: OrderRecord
  /** When the next step is due; none is when it is absent. */
  readonly nextInMs?: number
}

/** How many steps a fault holds an order when it does not say how long. */
const HELD_STEPS = 10

/** One step of an order on its way. */
export function advance(record: OrderRecord, step: Step): Advanced {
  const { order, fault, isFaultOver } = record
  switch (order.state) {
    case 'acknowledged':
      if (fault?.fault === 'reject' && !isFaultOver) return { record: reject(record, step) }
      return { record: begin(record, step), nextInMs: step.paceMs }
    case 'inProgress':
      return proceed(record, step)
    case 'held':
    case 'pending':
      return { record: withOrder(record, { ...order, state: 'inProgress' }), nextInMs: step.paceMs }
    default:
      return { record }
  }
}

function begin(record: OrderRecord, { now }: Step): OrderRecord {
  const { order } = record
  const started: ServiceOrder = order.startDate
    ? order
    : withMilestone({ ...order, startDate: now }, now, 'Service order accepted')
  return startReady(withOrder(record, { ...started, state: 'inProgress' }))
}

function reject(record: OrderRecord, step: Step): OrderRecord {
  const obstacle = { code: 'rejected', reason: 'The order is rejected', message: 'What was ordered cannot be provisioned here' }
  return endAll({ ...record, isFaultOver: true }, step, 'rejected', obstacle)
}

function proceed(record: OrderRecord, step: Step): Advanced {
  const { order, fault } = record
  const kind = record.isFaultOver ? undefined : fault?.fault
  const over = { ...record, isFaultOver: true }
  if (kind === 'stuck') return { record }
  if (kind === 'hold' || kind === 'pending') {
    const state = kind === 'hold' ? 'held' : 'pending'
    return { record: withOrder(over, { ...order, state }), nextInMs: fault?.durationMs ?? step.paceMs * HELD_STEPS }
  }
  if (kind === 'cancelledByFms') {
    const obstacle = { code: 'cancelledByFms', reason: 'The order is cancelled', message: 'The network planning withdrew it' }
    return { record: endAll(over, step, 'cancelled', obstacle) }
  }
  const alerted = kind === 'jeopardy' ? withJeopardy(over, step.now) : record
  const worked = startReady(workOn(alerted, step))
  if (kind === 'goBack' && Object.values(worked.phases).includes('configured'))
    return { record: goneBack({ ...worked, isFaultOver: true }), nextInMs: step.paceMs }
  const items = allItems(worked.order.serviceOrderItem)
  return items.every(item => isFinal(item.state))
    ? { record: finish(worked, step.now) }
    : { record: worked, nextInMs: step.paceMs }
}

/** Items whose predecessors are done begin; those that wait for one that failed fail with it. */
function startReady(record: OrderRecord): OrderRecord {
  const states = new Map(allItems(record.order.serviceOrderItem).map(({ id, state }) => [id, state]))
  const phases: Record<string, Phase> = { ...record.phases }
  const serviceOrderItem = mapItems(record.order.serviceOrderItem, item => {
    if (item.state !== 'acknowledged') return item
    const before = predecessors(item).map(id => states.get(id) ?? 'completed')
    if (before.some(state => isFinal(state) && state !== 'completed')) {
      phases[item.id] = 'done'
      states.set(item.id, 'failed')
      const { startDate: timestamp = record.order.orderDate } = record.order
      return { ...item, state: 'failed' as const, errorMessage: [{ ...dependencyFailed, timestamp }] }
    }
    if (!before.every(state => state === 'completed')) return item
    if ((phases[item.id] ?? 'waiting') === 'waiting') phases[item.id] = 'started'
    return { ...item, state: 'inProgress' as const }
  })
  return { ...record, phases, order: { ...record.order, serviceOrderItem } }
}

const dependencyFailed: Obstacle = {
  code: 'dependencyFailed',
  reason: 'Another item failed',
  message: 'An item that this one depends on was not completed'
}

/** Ids of the items that come before: those it depends on, and those within it. */
export function predecessors({ serviceOrderItem = [], serviceOrderItemRelationship = [] }: ServiceOrderItem): readonly string[] {
  const related = serviceOrderItemRelationship.map(({ orderItem }) => orderItem?.itemId ?? orderItem?.id)
  return [...related.filter(id => id !== undefined), ...serviceOrderItem.map(({ id }) => id)]
}

/** An order whose items are all done is, too. */
function finish(record: OrderRecord, now: string): OrderRecord {
  const states = allItems(record.order.serviceOrderItem).map(({ state }) => state)
  const [first = 'completed'] = states
  const state: OrderState = states.every(each => each === first) ? first : 'partial'
  const finished: ServiceOrder = { ...record.order, state, completionDate: now }
  return withOrder(record, state === 'completed' ? withMilestone(finished, now, 'Service order completed') : finished)
}

/** Reports an earlier state than before; the next steps go on from where the work is. */
function goneBack(record: OrderRecord): OrderRecord {
  const serviceOrderItem = mapItems(record.order.serviceOrderItem, item =>
    item.state === 'inProgress' ? { ...item, state: 'acknowledged' } : item
  )
  return withOrder(record, { ...record.order, state: 'acknowledged', serviceOrderItem })
}

/** Ends an order where it is: what is not done yet is not done any more, and its devices go back. */
export function endAll(
  record: OrderRecord,
  { now, provisioning }: Pick<Step, 'now' | 'provisioning'>,
  state: 'rejected' | 'cancelled',
  obstacle?: Obstacle
): OrderRecord {
  const serviceOrderItem = mapItems(record.order.serviceOrderItem, item => {
    if (isFinal(item.state)) return item
    const phase = record.phases[item.id]
    const isUnderWay = phase === 'allocated' || phase === 'configured'
    if ((item.action === 'add' || item.action === 'modify') && isUnderWay) provisioning.undo(item.service)
    return { ...item, state }
  })
  const date = state === 'cancelled' ? { cancellationDate: now } : { completionDate: now }
  const errors = obstacle && { errorMessage: [...(record.order.errorMessage ?? []), { ...obstacle, timestamp: now }] }
  return withOrder(record, { ...record.order, ...date, ...errors, state, serviceOrderItem })
}
