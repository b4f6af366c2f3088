import {
  type Answer,
  afterCancel,
  afterGet,
  afterLookUp,
  afterLostAnswer,
  beginCreate,
  dueAt,
  type Fulfilment,
  type FulfilmentChange,
  type FulfilmentContext,
  fulfilmentDefinition,
  nextStep,
  withoutLookUp
} from '../fulfilment/index.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { FmsResult } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { changeFulfilment } from './change-fulfilment.ts'
import { type SendDependencies, sendServiceOrder } from './send-service-order.ts'

type Decide = (record: Fulfilment, order: ProductOrder, context: FulfilmentContext) => FulfilmentChange

/**
 * Does the step that is due for a fulfilment. The FMS is called outside of transactions; that it is about to be sent something is stored
 * before, so that whoever comes after a crash knows that it may have it.
 *
 * @returns when the next step is due, where nothing was stored that says so
 */
export async function stepFulfilment(
  dependencies: SendDependencies,
  id: string,
  context: RequestContext
): Promise<Date | undefined> {
  const { store, clock, fms, fulfilment } = dependencies
  const stored = await store.get(context.tenant, fulfilmentDefinition, id)
  if (!stored) return undefined
  const record = JSON.parse(stored.document) as Fulfilment
  const step = nextStep(record, fulfilment.settings, clock.now())
  const change = (decide: Decide) => changeFulfilment(dependencies, id, decide, context)
  switch (step.kind) {
    case 'none':
      return undefined
    case 'wait':
      return step.until
    case 'create':
      return create(dependencies, id, context)
    case 'answerLost':
      return change(afterLostAnswer)
    case 'lookUp':
      return change(fms.canLookUp ? withAnswer(afterLookUp, record, await fms.lookUp(id)) : withoutLookUp)
    case 'get':
      return change(withAnswer(afterGet, record, await fms.get(record.serviceOrder!.id)))
    case 'cancel':
      return change(withAnswer(afterCancel, record, await fms.cancel(record.serviceOrder!.id, record.cancellation!.reason)))
    case 'cancellation':
      return change(withAnswer(afterCancel, record, await fms.cancellation(record.cancellation!.id!)))
    default:
      return step satisfies never
  }
}

async function create(dependencies: SendDependencies, id: string, context: RequestContext): Promise<Date | undefined> {
  const sent = await storeSent(dependencies, id, context)
  if (!sent) return undefined
  return sendServiceOrder(dependencies, sent, context)
}

/** Undefined when it is no longer to be sent. */
function storeSent(
  { unitOfWork, clock, fulfilment }: SendDependencies,
  id: string,
  { tenant, actor }: RequestContext
): Promise<Fulfilment | undefined> {
  return unitOfWork.run(tenant, async transaction => {
    const stored = await transaction.get(fulfilmentDefinition, id)
    const sent = stored && beginCreate(JSON.parse(stored.document) as Fulfilment, { moment: { now: clock.now(), actor } })
    if (!sent) return undefined
    transaction.update(fulfilmentDefinition, stored, sent)
    transaction.schedule({ kind: 'fulfil', id, dueAt: dueAt(sent, fulfilment.settings)!.toISOString() })
    return sent
  })
}

function withAnswer<T>(
  after: (record: Fulfilment, order: ProductOrder, answer: Answer<T>, context: FulfilmentContext) => FulfilmentChange,
  asked: Fulfilment,
  result: FmsResult<T>
): Decide {
  return (record, order, context) => after(record, order, { asked, result }, context)
}
