import type { ProductOrderItemState, ProductOrderState } from '@crm-lite/domain'

/** What the tracker says by itself, in one language. */
export interface Words {
  /** BCP 47. */
  readonly language: string
  readonly order: (id: string) => string
  /** The headline. */
  readonly orderStates: Readonly<Record<ProductOrderState, string>>
  readonly itemStates: Readonly<Record<ProductOrderItemState, string>>
  readonly expectedBy: string
  /** When that date has passed. */
  readonly wasExpectedBy: string
  readonly completedOn: string
  readonly orderedOn: string
  readonly onSchedule: string
  readonly late: string
  readonly lateSentence: string
  readonly stepsDone: (done: number, of: number) => string
  readonly done: string
  readonly now: string
  readonly expected: string
  /** When that date has passed. */
  readonly wasExpected: string
  readonly steps: string
  readonly items: string
  readonly item: (id: string) => string
  readonly lastUpdate: string
  readonly live: string
  readonly reload: string
  readonly unknownLink: readonly [title: string, advice: string]
  readonly busy: readonly [title: string, advice: string]
}

export const englishWords: Words = {
  language: 'en',
  order: id => `Order ${id}`,
  orderStates: {
    acknowledged: 'We have received your order',
    pending: 'Your order is waiting',
    inProgress: 'We are working on your order',
    held: 'Your order is on hold',
    assessingCancellation: 'We are looking into your cancellation',
    pendingCancellation: 'Your order is being cancelled',
    completed: 'Your order is complete',
    partial: 'Your order is complete in part',
    failed: 'Your order could not be completed',
    rejected: 'We could not accept your order',
    cancelled: 'Your order is cancelled'
  },
  itemStates: {
    acknowledged: 'Received',
    pending: 'Waiting',
    inProgress: 'In progress',
    held: 'On hold',
    assessingCancellation: 'Cancellation requested',
    pendingCancellation: 'Being cancelled',
    completed: 'Completed',
    failed: 'Not possible',
    rejected: 'Not accepted',
    cancelled: 'Cancelled'
  },
  expectedBy: 'Expected by',
  wasExpectedBy: 'Was expected by',
  completedOn: 'Completed on',
  orderedOn: 'Ordered on',
  onSchedule: 'On schedule',
  late: 'Late',
  lateSentence: 'This takes longer than planned.',
  stepsDone: (done, of) => `${done} of ${of} steps done`,
  done: 'Done',
  now: 'Now',
  expected: 'Expected',
  wasExpected: 'Was expected',
  steps: 'Steps',
  items: 'In this order',
  item: id => `Item ${id}`,
  lastUpdate: 'Last update',
  live: 'This page updates by itself',
  reload: 'Reload',
  unknownLink: [
    'This link does not work any more',
    'It has expired, was withdrawn, or is not complete. Please ask whoever gave it to you for a new one.'
  ],
  busy: ['One moment, please', 'Your order cannot be shown right now. Please reload this page in a minute.']
}
