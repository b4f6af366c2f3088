import { changeSubscription, DomainError, disabledSubscription, type UnitOfWork } from '@crm-lite/domain'

const REASON = 'the receiver answered 410 Gone'

/** Stores that a subscription is disabled because its receiver is gone. One that was removed meanwhile needs nothing. */
export async function disableSubscription(unitOfWork: UnitOfWork, tenant: string, id: string): Promise<void> {
  const context = { tenant, actor: 'deliveries', correlationId: id }
  try {
    await changeSubscription({ unitOfWork }, { id }, current => disabledSubscription(current, REASON), context)
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'notFound')) throw error
  }
}
