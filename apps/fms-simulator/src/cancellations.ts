import { Type } from '@sinclair/typebox'
import { checker, Mistake } from './checker.ts'
import type { Fms } from './fms.ts'
import type { OrderRecord } from './kept.ts'
import { endAll } from './life.ts'
import { showCancel } from './representation.ts'
import { type CancelServiceOrder, isFinal } from './service-order.ts'

const checkCancel = checker(
  Type.Object({
    cancellationReason: Type.Optional(Type.String()),
    requestedCancellationDate: Type.Optional(Type.String()),
    serviceOrder: Type.Object({ id: Type.String({ minLength: 1 }) })
  })
)

/** What nothing can be done about any more; answered at once where refusals are not answered later. */
const tooLate = { code: 'notCancellable', reason: 'Too late', message: 'The service order is done, or being cancelled already' }
const unwilling = {
  code: 'cancellationRefused',
  reason: 'Refused',
  message: 'The work on the service order cannot be stopped any more'
}
const gone = { code: 'unknownServiceOrder', reason: 'Gone', message: 'The service order was deleted' }

/** Requests to cancel service orders: assessed first, then carried out or refused. */
export class Cancellations {
  readonly #fms: Fms
  readonly #refusesAtOnce: boolean

  /** @param refusesAtOnce whether what is too late is answered with 422 instead of with a task that ends in an error */
  constructor(fms: Fms, refusesAtOnce: boolean) {
    this.#fms = fms
    this.#refusesAtOnce = refusesAtOnce
  }

  /** @throws {Mistake} when the body is none, it is about an order that does not exist or, where refusals are answered at once, too late */
  create(body: unknown): CancelServiceOrder {
    const { numbering, kept, timeline, paceMs } = this.#fms.parts
    const sent = checkCancel(body)
    const record = kept.orders.get(sent.serviceOrder.id)
    if (!record) throw new Mistake('/serviceOrder/id: there is no such service order', 'unknownServiceOrder')
    if (this.#refusesAtOnce && !isCancellable(record)) throw new Mistake(tooLate.message, tooLate.code, 422)
    const cancel: CancelServiceOrder = { '@type': 'CancelServiceOrder', ...sent, id: numbering.id('CAN'), state: 'accepted' }
    this.#keep(cancel)
    timeline.schedule(paceMs(), 'cancel', cancel.id)
    return cancel
  }

  /** @throws {Mistake} when there is none */
  get(id: string): CancelServiceOrder {
    const cancel = this.#fms.parts.kept.cancels.get(id)
    if (!cancel) throw new Mistake('There is no such cancellation', 'notFound', 404)
    return cancel
  }

  step(id: string): void {
    const { kept, timeline, paceMs } = this.#fms.parts
    const cancel = kept.cancels.get(id)
    if (!cancel) return
    const record = kept.orders.get(cancel.serviceOrder.id)
    if (!record) {
      this.#refuse(cancel, gone)
      return
    }
    const goesOn = cancel.state === 'accepted' ? this.#assess(cancel, record) : this.#carryOut(cancel, record)
    if (goesOn) timeline.schedule(paceMs(), 'cancel', id)
  }

  /** @returns whether there is more to do; so does the next */
  #assess(cancel: CancelServiceOrder, record: OrderRecord): boolean {
    if (!isCancellable(record)) {
      this.#refuse(cancel, tooLate)
      return false
    }
    const { order } = record
    this.#fms.keep({ ...record, stateBefore: order.state, order: { ...order, state: 'assessingCancellation' } })
    this.#keep({ ...cancel, state: 'inProgress' })
    return true
  }

  #carryOut(cancel: CancelServiceOrder, record: OrderRecord): boolean {
    const { timeline, provisioning } = this.#fms.parts
    const { order, fault, stateBefore = 'inProgress' } = record
    if (order.state === 'assessingCancellation' && fault?.fault === 'refuseCancel') {
      this.#fms.keep({ ...record, isDue: true, order: { ...order, state: stateBefore } })
      if (!record.isDue) timeline.schedule(0, 'step', order.id)
      this.#refuse(cancel, unwilling)
      return false
    }
    if (order.state === 'assessingCancellation') {
      this.#fms.keep({ ...record, order: { ...order, state: 'pendingCancellation' } })
      return true
    }
    if (order.state !== 'pendingCancellation') {
      this.#refuse(cancel, tooLate)
      return false
    }
    const now = timeline.stamp()
    const reason = cancel.cancellationReason
    const ended = endAll(record, { now, provisioning }, 'cancelled')
    this.#fms.keep({ ...ended, order: { ...ended.order, ...(reason !== undefined && { cancellationReason: reason }) } })
    this.#keep({ ...cancel, state: 'done', effectiveCancellationDate: now, completionMessage: 'The service order was cancelled' })
    return false
  }

  #refuse(cancel: CancelServiceOrder, errorMessage: typeof tooLate): void {
    this.#keep({ ...cancel, state: 'terminatedWithError', errorMessage, completionMessage: errorMessage.message })
  }

  #keep(cancel: CancelServiceOrder): void {
    const { kept, baseUrl } = this.#fms.parts
    const isNew = !kept.cancels.get(cancel.id)
    kept.cancels.put(cancel.id, cancel)
    const record = kept.orders.get(cancel.serviceOrder.id)
    if (!record) return
    const event = { cancelServiceOrder: showCancel(cancel, baseUrl()) }
    this.#fms.tell(isNew ? 'CancelServiceOrderCreateEvent' : 'CancelServiceOrderStateChangeEvent', record.order, { event })
  }
}

function isCancellable({ order }: OrderRecord): boolean {
  return !isFinal(order.state) && order.state !== 'assessingCancellation' && order.state !== 'pendingCancellation'
}
