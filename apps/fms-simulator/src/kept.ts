import type { Task } from './agenda.ts'
import type { FaultPlan, FaultRule, OrderFault } from './faults/fault-plan.ts'
import type { Fault } from './faults/faults.ts'
import type { Records, Table } from './records.ts'
import type { CancelServiceOrder, Service, ServiceOrder } from './service-order.ts'

/** How far an item is, beside its state: what has been done for it. */
export type Phase = 'waiting' | 'started' | 'allocated' | 'configured' | 'done'

export interface OrderRecord {
  readonly order: ServiceOrder
  readonly phases: Readonly<Record<string, Phase>>
  /** What goes wrong on its way. */
  readonly fault?: Fault<OrderFault>
  readonly isFaultOver?: boolean
  /** What was ordered with it to go wrong with its callbacks. */
  readonly callbackFaults?: readonly FaultRule[]
  /** The state to go back to when a cancellation is refused. */
  readonly stateBefore?: string
  /** Whether a step is on the agenda: never two at once. */
  readonly isDue?: boolean
}

/** A request that was met with silence and is done later. */
export interface HiddenRequest {
  readonly operation: 'create' | 'cancel'
  readonly body: unknown
  readonly own: readonly FaultRule[]
}

export interface Subscription {
  readonly id: string
  readonly callback: string
  readonly query?: string
  readonly version: ApiVersion
}

export type ApiVersion = 'v4' | 'v3'

/** A callback on its way. */
export interface Delivery {
  readonly id: string
  readonly subscriptionId: string
  readonly eventType: string
  /** The order that it is about: callbacks of one order to one receiver follow one another. */
  readonly orderId: string
  readonly externalId?: string
  /** As v4 has it; what is sent depends on the subscription. */
  readonly body: Notification
  readonly attempts: number
  readonly fault?: string
  /** It neither waits for others nor do others wait for it. */
  readonly isOutOfOrder?: boolean
}

export interface Notification {
  readonly eventId: string
  readonly eventTime: string
  readonly timeOcurred: string
  readonly eventType: string
  readonly correlationId?: string
  readonly domain: string
  readonly title: string
  readonly fieldPath?: string
  readonly event: Readonly<Record<string, unknown>>
}

/** A device of the stock that has been given to a service, or was and came back. */
export interface Device {
  readonly id: string
  readonly model: string
  readonly serialNumber: string
  readonly macAddress: string
  readonly serviceId?: string
}

export interface ServiceRecord {
  readonly id: string
  readonly service: Service
  readonly deviceIds: readonly string[]
  /** As it was before the change that is under way. */
  readonly before?: Pick<ServiceRecord, 'service' | 'deviceIds'>
}

export interface Settings {
  readonly plan?: FaultPlan
  readonly counts: Readonly<Record<string, number>>
  /** Devices left of each model, and never handed out before. */
  readonly stock: Readonly<Record<string, number>>
  /** Makes ids of different runs differ. */
  readonly run: string
}

/** Everything that the simulator keeps, by kind. */
export interface Kept {
  readonly orders: Table<OrderRecord>
  readonly cancels: Table<CancelServiceOrder>
  readonly hidden: Table<HiddenRequest>
  readonly subscriptions: Table<Subscription>
  readonly deliveries: Table<Delivery>
  readonly devices: Table<Device>
  readonly services: Table<ServiceRecord>
  readonly tasks: Table<Task>
  readonly settings: Table<Settings>
}

export function keptIn(records: Records): Kept {
  return {
    orders: records.table('order'),
    cancels: records.table('cancel'),
    hidden: records.table('hidden'),
    subscriptions: records.table('subscription'),
    deliveries: records.table('delivery'),
    devices: records.table('device'),
    services: records.table('service'),
    tasks: records.table('task'),
    settings: records.table('setting')
  }
}
