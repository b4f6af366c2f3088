import { type MilestoneRules, orderPathOf } from './journey-specification.ts'

/** Events of such resources may reach milestones of the orders that they name there. */
export interface AwaitedEvent {
  /** The name of the resource's definition. */
  resource: string
  /** Dotted. */
  orderPath: string
  /** Nobody waited before this instant. */
  since: string
}

/** What happens to an order, and to requests to cancel it, its journey notices in the same transaction. */
const noticedAtOnce = [
  { resource: 'productOrder', orderPath: 'id' },
  { resource: 'cancelProductOrder', orderPath: 'productOrder.id' }
]

/** What milestones wait for beside what happens to their own order. */
export function eventsAwaitedBy(milestones: readonly Pick<MilestoneRules, 'reachedBy'>[], since: string): AwaitedEvent[] {
  const events = milestones.flatMap(({ reachedBy }) =>
    reachedBy.by === 'event' ? [{ resource: reachedBy.resource, orderPath: orderPathOf(reachedBy), since }] : []
  )
  return withNew(
    [],
    events.filter(event => !noticedAtOnce.some(each => isSame(each, event)))
  )
}

/** The known ones, and behind them those that are not among them. */
export function withNew(known: readonly AwaitedEvent[], more: readonly AwaitedEvent[]): AwaitedEvent[] {
  const all = [...known]
  for (const event of more) if (!all.some(each => isSame(each, event))) all.push(event)
  return all
}

function isSame(a: Omit<AwaitedEvent, 'since'>, b: Omit<AwaitedEvent, 'since'>): boolean {
  return a.resource === b.resource && a.orderPath === b.orderPath
}
