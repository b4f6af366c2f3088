import {
  type Answer,
  afterCreate,
  dueAt,
  type Fulfilment,
  type FulfilmentContext,
  fulfilmentDefinition,
  isOver,
  requestToSend
} from '../fulfilment/index.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { FmsGateway, ServiceOrderReport } from '../ports/fms-gateway.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { changeFulfilment, type FulfilmentDependencies } from './change-fulfilment.ts'

/** The answer of the FMS that it has taken a service order. */
export interface TakenAnswer {
  /** As it was sent. */
  readonly sent: Fulfilment
  /** Whether callbacks have told more by now: then it need not be stored. */
  isOvertaken(): Promise<boolean>
  store(): Promise<unknown>
}

export interface SendDependencies extends FulfilmentDependencies {
  readonly store: ResourceStore
  readonly fms: FmsGateway
  /** Stores the answer that the FMS has taken something a little later, so that callbacks may go ahead. Absent: it is stored at once. */
  readonly storeLater?: (id: string, answer: TakenAnswer) => void
}

/**
 * Sends a service order of which it is stored that it is sent, by this process and just now, and stores what comes of it.
 *
 * @param sent as it is stored
 * @returns when its next step is due by now, as far as that is known
 */
export async function sendServiceOrder(
  dependencies: SendDependencies,
  sent: Fulfilment,
  context: RequestContext
): Promise<Date | undefined> {
  const { fms, fulfilment, storeLater } = dependencies
  const result = await fms.create(requestToSend(sent), dueAt(sent, fulfilment.settings))
  const store = () => storeAnswer(dependencies, { asked: sent, result }, context)
  // An FMS that does not tell our id back calls back by its own alone, which has to be known then.
  const isNamed = result.kind === 'ok' && result.value.externalId !== undefined
  if (!isNamed || !storeLater) return store()
  storeLater(sent.id, { sent, isOvertaken: () => isDone(dependencies, sent.id, context), store })
  return undefined
}

async function storeAnswer(
  dependencies: SendDependencies,
  answer: Answer<ServiceOrderReport>,
  context: RequestContext
): Promise<Date | undefined> {
  const { id } = answer.asked
  if (await isDone(dependencies, id, context)) return undefined
  const decide = (record: Fulfilment, order: ProductOrder, decision: FulfilmentContext) =>
    afterCreate(record, order, answer, decision)
  return changeFulfilment(dependencies, id, decide, context).catch(error => {
    // Of an order that was deleted meanwhile nothing is to be stored any more.
    if (error instanceof DomainError && error.code === 'notFound') return undefined
    throw error
  })
}

/** Callbacks may have told meanwhile that all is done: most answers of an FMS that is quick change nothing, and need no transaction. */
async function isDone({ store }: SendDependencies, id: string, { tenant }: RequestContext): Promise<boolean> {
  const stored = await store.get(tenant, fulfilmentDefinition, id)
  return stored !== undefined && isOver((JSON.parse(stored.document) as Fulfilment).state)
}
