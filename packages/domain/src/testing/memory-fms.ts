import type {
  FmsCallbackWish,
  FmsFailure,
  FmsGateway,
  FmsResult,
  ServiceOrderCancellation,
  ServiceOrderItemReport,
  ServiceOrderItemRequest,
  ServiceOrderPage,
  ServiceOrderReport,
  ServiceOrderRequest,
  SupportingResource
} from '../ports/fms-gateway.ts'
import { type FmsFault, type FmsOperation, fmsFaults, type ScriptedFms } from './fms-faults.ts'

export interface MemoryFmsOptions {
  /** True by default. */
  readonly canLookUp?: boolean
  /** Handed out in this order to what is completed; imaginary ones without end by default. */
  readonly stock?: readonly SupportingResource[]
  /** When things happen. */
  readonly now?: () => Date
}

const LONG_AGO = new Date('2026-03-01T09:00:00Z')
const changesSomething: ReadonlySet<FmsOperation> = new Set(['create', 'cancel', 'subscribe', 'unsubscribe'])

/**
 * An FMS without a network, and without any chance: ids are counted, nothing moves unless it is told to, and faults come when they were
 * asked for. It takes what is sent as often as it is sent, as real ones do.
 */
export class MemoryFms implements FmsGateway, ScriptedFms {
  readonly canLookUp: boolean
  /** Every request that arrived, done or not. */
  readonly requests: ServiceOrderRequest[] = []
  /** How often each call was made. */
  readonly calls: Record<FmsOperation, number> = {
    create: 0,
    get: 0,
    list: 0,
    cancel: 0,
    cancellation: 0,
    subscribe: 0,
    unsubscribe: 0
  }
  readonly #orders = new Map<string, ServiceOrderReport>()
  readonly #cancellations = new Map<string, ServiceOrderCancellation>()
  /** What callbacks were asked for, one time after the other. */
  readonly wishes: FmsCallbackWish[] = []
  readonly #callbacks = new Map<string, string>()
  readonly #faults = new Map<FmsOperation, FmsFault[]>()
  readonly #stock: SupportingResource[] | undefined
  readonly #now: () => Date
  #late: (() => unknown)[] = []
  #devices = 0

  constructor(options: MemoryFmsOptions = {}) {
    this.canLookUp = options.canLookUp ?? true
    this.#stock = options.stock && [...options.stock]
    this.#now = options.now ?? (() => LONG_AGO)
  }

  async create(request: ServiceOrderRequest, answerBy?: Date): Promise<FmsResult<ServiceOrderReport>> {
    if (answerBy && answerBy <= this.#now()) return late
    return this.#call('create', arrived => {
      if (arrived) this.requests.push(request)
      return () => ok(this.#place(request))
    })
  }

  get(id: string): Promise<FmsResult<ServiceOrderReport>> {
    return this.#call('get', () => () => found(this.#orders.get(id)))
  }

  async lookUp(externalId: string): Promise<FmsResult<readonly ServiceOrderReport[]>> {
    if (!this.canLookUp) return notSupported
    return this.#call('list', () => () => ok(this.orders().filter(order => order.externalId === externalId)))
  }

  list({ offset, limit }: { readonly offset: number; readonly limit: number }): Promise<FmsResult<ServiceOrderPage>> {
    return this.#call('list', () => () => {
      const orders = this.orders()
      return ok({ orders: orders.slice(offset, offset + limit), unreadable: 0, totalCount: orders.length })
    })
  }

  cancel(id: string, _reason: string): Promise<FmsResult<ServiceOrderCancellation>> {
    return this.#call('cancel', () => () => {
      if (!this.#orders.has(id)) return notFound
      const cancellation = { id: `cancellation-${this.#cancellations.size + 1}`, serviceOrderId: id, state: 'accepted' }
      this.#cancellations.set(cancellation.id, cancellation)
      return ok(cancellation)
    })
  }

  cancellation(id: string): Promise<FmsResult<ServiceOrderCancellation>> {
    return this.#call('cancellation', () => () => found(this.#cancellations.get(id)))
  }

  /** It tells everything, whatever is wanted. */
  subscribe(callback: string, wanted: FmsCallbackWish = 'everything'): Promise<FmsResult<{ readonly id: string }>> {
    return this.#call('subscribe', () => () => {
      const id = `subscription-${this.calls.subscribe}`
      this.#callbacks.set(id, callback)
      this.wishes.push(wanted)
      return ok({ id })
    })
  }

  unsubscribe(id: string): Promise<FmsResult<undefined>> {
    return this.#call('unsubscribe', () => () => {
      this.#callbacks.delete(id)
      return ok(undefined)
    })
  }

  failNext(operation: FmsOperation, ...faults: readonly FmsFault[]): void {
    this.#faults.set(operation, [...(this.#faults.get(operation) ?? []), ...faults])
  }

  settle(): void {
    const late = this.#late
    this.#late = []
    for (const act of late) act()
  }

  orders(): readonly ServiceOrderReport[] {
    return [...this.#orders.values()]
  }

  /** Everything that was asked to be cancelled, in that order. */
  cancellations(): readonly ServiceOrderCancellation[] {
    return [...this.#cancellations.values()]
  }

  /** How many service orders there are of one `externalId`: more than one is what must never be. */
  countOf(externalId: string): number {
    return this.orders().filter(order => order.externalId === externalId).length
  }

  callbacks(): readonly string[] {
    return [...this.#callbacks.values()]
  }

  move(id: string, change: (order: ServiceOrderReport) => ServiceOrderReport): void {
    const order = this.#orders.get(id)
    if (!order) throw new Error(`there is no service order ${id}`)
    this.#orders.set(id, change(order))
  }

  /** The order and its items are in that state now. */
  moveTo(id: string, state: string): void {
    this.move(id, order => ({ ...order, state, items: order.items.map(item => ({ ...item, state })) }))
  }

  /** Everything is done, and what was added has its service and a device for every one that was asked for. */
  complete(id: string): void {
    this.move(id, order => ({
      ...order,
      state: 'completed',
      completionDate: this.#now().toISOString(),
      items: order.items.map(item => this.#completed(order.id, item))
    }))
  }

  /** A cancellation has come to its end; with `done` the order is cancelled. */
  endCancellation(id: string, state: 'done' | 'terminatedWithError'): void {
    const cancellation = this.#cancellations.get(id)
    if (!cancellation?.serviceOrderId) throw new Error(`there is no cancellation ${id}`)
    this.#cancellations.set(id, { ...cancellation, state, effectiveDate: this.#now().toISOString() })
    if (state === 'done') this.moveTo(cancellation.serviceOrderId, 'cancelled')
  }

  /** @param prepare what happens when the call is sent; answers with what happens when it is done */
  async #call<T>(operation: FmsOperation, prepare: (arrived: boolean) => () => FmsResult<T>): Promise<FmsResult<T>> {
    this.calls[operation]++
    const fault = this.#faults.get(operation)?.shift()
    const act = prepare(fault !== 'isDown')
    if (fault === undefined) return act()
    const { isDone, failure } = fmsFaults[fault]
    if (isDone === 'yes') act()
    if (isDone === 'later') this.#late.push(act)
    return { ...failure, isOutcomeUnknown: failure.isOutcomeUnknown && changesSomething.has(operation) }
  }

  #place(request: ServiceOrderRequest): ServiceOrderReport {
    const order: ServiceOrderReport = {
      id: `service-order-${this.#orders.size + 1}`,
      externalId: request.externalId,
      state: 'acknowledged',
      items: request.items.map(placedItem),
      milestones: [],
      jeopardyAlerts: [],
      errorMessages: []
    }
    this.#orders.set(order.id, order)
    return order
  }

  #completed(orderId: string, item: ServiceOrderItemReport): ServiceOrderItemReport {
    const service = item.service ?? { characteristics: [], supportingResources: [] }
    const supportingResources = service.supportingResources.map(asked => (asked.id ? asked : { ...asked, ...this.#device() }))
    const id = service.id ?? `service-${orderId}-${item.id}`
    return { ...item, state: 'completed', service: { ...service, id, state: 'active', supportingResources } }
  }

  #device(): SupportingResource {
    const n = ++this.#devices
    if (!this.#stock) {
      const mac = n.toString(16).padStart(4, '0')
      const macAddress = `02:00:00:00:${mac.slice(0, 2)}:${mac.slice(2)}`
      return { id: `device-${n}`, serialNumber: `SN${String(n).padStart(6, '0')}`, macAddress }
    }
    const device = this.#stock.shift()
    if (!device) throw new Error('there is no device left')
    return device
  }
}

function placedItem(item: ServiceOrderItemRequest): ServiceOrderItemReport {
  const { characteristics, supportingResources, serviceId } = item
  const service = { ...(serviceId !== undefined && { id: serviceId }), characteristics, supportingResources }
  return { id: item.id, state: 'acknowledged', service, milestones: [], errorMessages: [] }
}

const notFound: FmsFailure = refusal('notFound', 'There is none with this id.')
const notSupported: FmsFailure = refusal('notSupported', 'This FMS cannot be asked for an externalId.')
const late: FmsFailure = {
  kind: 'unreachable',
  code: 'late',
  message: 'Nothing was sent: it is too late.',
  retryable: true,
  isOutcomeUnknown: false
}

function refusal(code: string, message: string): FmsFailure {
  return { kind: 'refused', code, message, retryable: false, isOutcomeUnknown: false }
}

function ok<T>(value: T): FmsResult<T> {
  return { kind: 'ok', value }
}

function found<T>(value: T | undefined): FmsResult<T> {
  return value === undefined ? notFound : ok(value)
}
