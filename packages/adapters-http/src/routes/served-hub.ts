import {
  type ChangeDependencies,
  type EventSubscription,
  eventSubscriptionDefinition,
  type ResourceStore
} from '@crm-lite/domain'
import type { ApiBinding } from '../binding.ts'
import type { HubDeliveries, HubServices } from '../hub/hub-services.ts'
import type { Notifications } from '../hub/notifications.ts'
import { TENANT } from '../plugins/request-context.ts'
import { refusal } from '../representation/failure.ts'
import { subscriptionIn } from '../representation/subscription.ts'
import type { InFlight } from './idempotency.ts'
import { isId } from './served-resource.ts'

/** The hub of one API where it is served, with everything that its routes need. */
export interface ServedHub {
  readonly api: ApiBinding
  /** Without the server: `/tmf-api/customerManagement/v4/hub`. */
  readonly path: string
  /** As clients reach it, with a slash at the end. */
  readonly hrefBase: string
  readonly notifications: Notifications
  readonly services: ChangeDependencies & {
    readonly store: ResourceStore
    readonly deliveries: HubDeliveries
    readonly hub: HubServices
  }
  readonly inFlight: InFlight
}

/** @throws {ApiError} 404 when no subscription can have this id */
export function checkedSubscriptionId(id: string): string {
  if (!isId(id)) throw unknownSubscription()
  return id
}

/** @throws {ApiError} 404 also for the subscriptions of other APIs */
export async function subscriptionOf({ api, services }: ServedHub, id: string): Promise<EventSubscription> {
  const stored = await services.store.get(TENANT, eventSubscriptionDefinition, checkedSubscriptionId(id))
  const subscription = stored && subscriptionIn(stored)
  if (subscription?.api !== api.key) throw unknownSubscription()
  return subscription
}

function unknownSubscription() {
  return refusal('notFound', 'there is no subscription with this id')
}
