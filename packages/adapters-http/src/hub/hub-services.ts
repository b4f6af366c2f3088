import type { DeliveryQueue, EventSubscription } from '@crm-lite/domain'

/** What came of a test. Never anything that the receiver wrote, but for the status. */
export type TestResult =
  | { readonly kind: 'delivered'; readonly status: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unreachable' | 'withdrawn'; readonly reason: string }

/** What is sent for a test. */
export interface TestMessage {
  readonly id: string
  /** JSON. */
  readonly body: string
}

/** What hubs need besides the store. */
export interface HubServices {
  readonly guard: {
    /** What is wrong with a callback, as the end of a sentence about it; undefined when nothing is. */
    checkAtRegistration(callback: string): Promise<string | undefined>
  }
  readonly secrets: {
    /** @param place the id of the subscription: what is sealed for it opens nowhere else */
    seal(text: string, place: string): string
  }
  /** `whsec_...` */
  readonly newSecret: () => string
  /** Signs and sends as a delivery would be, once, whatever the state of the subscription. */
  readonly sendTest: (subscription: EventSubscription, message: TestMessage) => Promise<TestResult>
}

/** As much of the queue as hubs use. */
export type HubDeliveries = Pick<DeliveryQueue, 'drop' | 'parked' | 'release' | 'replay'>
