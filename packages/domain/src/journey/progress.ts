import type { Moment } from '../kernel/moment.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { acknowledgeOrder } from '../ordering/acknowledge-order.ts'
import type { HistoryEntry } from '../ordering/history.ts'
import type { OrderChange } from '../ordering/order-change.ts'
import type { CancelProductOrder } from '../resources/cancel-product-order.ts'
import type { Characteristic } from '../resources/common.ts'
import type { NewProductOrder, ProductOrder } from '../resources/product-order.ts'
import { applyEvent, applyOrder } from './apply-order.ts'
import { applyServiceOrder, type ServiceOrderNews } from './apply-service-order.ts'
import type { Calendar } from './calendar.ts'
import { awaitsEvents, happeningOfNewOrder, happeningsOfOrder, happeningsOfTask } from './happenings.ts'
import type { Journey } from './journey.ts'
import type { JourneyChange } from './journey-change.ts'
import type { JourneySpecification } from './journey-specification.ts'
import { selectSpecification } from './select-specification.ts'
import { noticesOf, type OrderNotice, withJourney } from './standard-view.ts'
import { startJourney } from './start-journey.ts'

/** What an order and its journey come to together: all of it is to be stored and told in one transaction. */
export interface Progress {
  /** `unchanged`: there is nothing to store and nobody to tell. */
  readonly outcome: 'changed' | 'unchanged'
  /** The order in turn, each step with its own events; the last one is how it is to be stored, its journey on it. */
  readonly steps: readonly ProductOrder[]
  readonly journey: Journey
  readonly history: readonly HistoryEntry[]
  /** Told besides the changes of the order. */
  readonly notices: readonly OrderNotice[]
}

/** A new order, with its journey. */
export interface NewOrder {
  readonly order: ProductOrder
  readonly journey: Journey
  readonly history: readonly HistoryEntry[]
}

export interface NewOrderContext {
  readonly orderId: string
  readonly journeyId: string
  /** All that are active. */
  readonly specifications: readonly JourneySpecification[]
  readonly calendars?: readonly Calendar[]
  /** Those of the customer who orders. */
  readonly customerCharacteristic?: readonly Characteristic[]
}

/** Takes an order in: acknowledged, and at the start of the journey that fits it. */
export function takeOrder(input: NewProductOrder, context: NewOrderContext, moment: Moment): NewOrder | Refusal {
  const { orderId, journeyId, specifications, calendars = [], customerCharacteristic = [] } = context
  const order = acknowledgeOrder(input, { id: orderId, now: moment.now })
  if (isRefusal(order)) return order
  const specification = selectSpecification(specifications, { order, customerCharacteristic })
  const started = startJourney({ id: journeyId, specification, order, calendars }, moment)
  const told = awaitsEvents(started.journey) ? applyEvent(started.journey, happeningOfNewOrder(order), moment) : undefined
  const journey = told?.journey ?? started.journey
  return { order: withJourney(order, journey), journey, history: [...started.history, ...(told?.history ?? [])] }
}

/** What the journey of an order takes notice of besides the order. */
export interface OrderSurroundings {
  /** Of a cancellation that was decided about with it, in each of its states in turn. */
  readonly tasks?: readonly CancelProductOrder[]
  /** What was told about its items. */
  readonly news?: readonly ServiceOrderNews[]
}

/** Lets the journey follow what was decided about its order. What was told comes first: the journey may end with the order. */
export function orderProgress(
  before: ProductOrder,
  change: OrderChange,
  journey: Journey,
  moment: Moment,
  { tasks = [], news = [] }: OrderSurroundings = {}
): Progress {
  const told = news.map(each => (current: Journey) => applyServiceOrder(current, before, each, moment))
  const happenings = awaitsEvents(journey) ? [...happeningsOfOrder(before, change.steps), ...happeningsOfTask(tasks)] : []
  const follow = (current: Journey) => applyOrder(current, change, moment, happenings)
  return together(before, change, inTurn(journey, [...told, follow]))
}

function inTurn(journey: Journey, decisions: readonly ((journey: Journey) => JourneyChange)[]): JourneyChange {
  return decisions.reduce<JourneyChange>(
    (before, decide) => {
      const after = decide(before.journey)
      if (after.outcome === 'unchanged') return before
      return { ...after, history: [...before.history, ...after.history] }
    },
    { outcome: 'unchanged', journey, history: [] }
  )
}

/** Shows on the order what was decided about its journey. */
export function journeyProgress(order: ProductOrder, change: JourneyChange): Progress {
  return together(order, { steps: [], history: [] }, change)
}

function together(before: ProductOrder, change: Pick<OrderChange, 'steps' | 'history'>, ofJourney: JourneyChange): Progress {
  const { journey } = ofJourney
  const last = change.steps.at(-1) ?? before
  const order = ofJourney.outcome === 'changed' ? withJourney(last, journey) : last
  const steps = order === before ? [] : [...change.steps.slice(0, -1), order]
  const isChanged = steps.length > 0 || ofJourney.outcome === 'changed'
  return {
    outcome: isChanged ? 'changed' : 'unchanged',
    steps,
    journey,
    history: [...change.history, ...ofJourney.history],
    notices: noticesOf(before, order)
  }
}
