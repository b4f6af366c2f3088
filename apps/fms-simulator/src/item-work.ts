import { faultyItemsOf } from './faulty-items.ts'
import type { OrderRecord } from './kept.ts'
import { failed, inPhase, withMilestone, withOrder } from './order-changes.ts'
import { type Obstacle, outOfStock, type Provisioning } from './provisioning.ts'
import { allItems, type ServiceOrderItem } from './service-order.ts'

/** What a step works with. */
export interface Step {
  /** RFC 3339. */
  readonly now: string
  /** Between two steps. */
  readonly paceMs: number
  readonly provisioning: Pick<Provisioning, 'add' | 'modify' | 'find' | 'activate' | 'terminate' | 'undo'>
}

/** Every item in progress goes one phase further. */
export function workOn(record: OrderRecord, step: Step): OrderRecord {
  let current = record
  for (const { id, state } of allItems(record.order.serviceOrderItem)) {
    if (state !== 'inProgress') continue
    current = workOnItem(current, id, step)
  }
  return current
}

function workOnItem(record: OrderRecord, itemId: string, step: Step): OrderRecord {
  const item = allItems(record.order.serviceOrderItem).find(({ id }) => id === itemId)
  if (!item) return record
  switch (record.phases[itemId] ?? 'waiting') {
    case 'waiting':
    case 'started':
      return allocate(record, item, step)
    case 'allocated':
      return configure(record, item, step)
    case 'configured':
      return activate(record, item, step)
    case 'done':
      return record
  }
}

function allocate(record: OrderRecord, item: ServiceOrderItem, { now, provisioning }: Step): OrderRecord {
  if (faultyItemsOf(record, 'outOfStock').has(item.id))
    return failed(record, item, outOfStock(item.service.supportingResource?.[0]?.model ?? 'that was ordered'), now)
  if (item.action === 'noChange') return inPhase(record, { ...item, state: 'completed' }, 'done')
  const outcome =
    item.action === 'add'
      ? provisioning.add(item.service)
      : item.action === 'modify'
        ? provisioning.modify(item.service)
        : provisioning.find(item.service)
  if ('obstacle' in outcome) return failed(record, item, outcome.obstacle, now)
  const allocated = inPhase(record, { ...item, service: outcome.service }, 'allocated')
  const hasDevices = item.action === 'add' && outcome.service.supportingResource?.length
  return hasDevices ? withOrder(allocated, withMilestone(allocated.order, now, 'Devices allocated', item)) : allocated
}

function configure(record: OrderRecord, item: ServiceOrderItem, { now, provisioning }: Step): OrderRecord {
  const isPartial = faultyItemsOf(record, 'partial').has(item.id)
  if (isPartial || faultyItemsOf(record, 'fail').has(item.id)) {
    if (item.action === 'add' || item.action === 'modify') provisioning.undo(item.service)
    const isAlone = isPartial && allItems(record.order.serviceOrderItem).length === 1
    return failed(record, item, provisioningFailed, now, isAlone ? 'partial' : 'failed')
  }
  const configured = inPhase(record, item, 'configured')
  return withOrder(configured, withMilestone(configured.order, now, 'Service configured', item))
}

function activate(record: OrderRecord, item: ServiceOrderItem, { now, provisioning }: Step): OrderRecord {
  const isEnd = item.action === 'delete'
  const service = isEnd ? provisioning.terminate(item.service, now) : provisioning.activate(item.service, now)
  const isBare = record.fault?.fault === 'deviceMissing' && item.action === 'add'
  const { supportingResource: _, serviceCharacteristic: __, ...bare } = service
  const done = inPhase(record, { ...item, state: 'completed', service: isBare ? bare : service }, 'done')
  return withOrder(done, withMilestone(done.order, now, isEnd ? 'Service terminated' : 'Service activated', item))
}

const provisioningFailed: Obstacle = {
  code: 'provisioningFailed',
  reason: 'The network refused the configuration',
  message: 'The access node did not take the configuration of the service'
}
