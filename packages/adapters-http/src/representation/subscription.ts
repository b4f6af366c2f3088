import { type EventSubscription, type FieldSelection, type StoredResource, selectFields } from '@crm-lite/domain'

export function subscriptionIn(stored: StoredResource): EventSubscription {
  return JSON.parse(stored.document) as EventSubscription
}

/**
 * A subscription as its hub answers it: without the secrets, and without what only the delivery needs.
 *
 * @param more what this answer alone holds: a new secret
 */
export function subscriptionText(
  hrefBase: string,
  { id, callback, query, state, stateReason, createdAt, previousSecretUntil }: EventSubscription,
  more: object = {},
  fields?: FieldSelection
): string {
  const shown = {
    id,
    href: `${hrefBase}${id}`,
    '@type': 'EventSubscription',
    callback,
    query,
    state,
    stateReason,
    createdAt,
    previousSecretUntil,
    ...more
  }
  return JSON.stringify(selectFields(shown, fields))
}
