import type { StoredEvent } from '@crm-lite/domain'
import { payloadText, withMember } from './notification.ts'
import { eventTypeOf, type ToldResource, type ToldResources } from './told-resource.ts'

/** An event as the list and the stream show it: the same for all APIs. JSON without line breaks. */
export function eventText(resources: ToldResources, event: StoredEvent): string {
  const told = resources.get(event.resource)
  if (!told) throw new Error(`nobody tells of ${event.resource}`)
  const head = {
    eventId: event.id,
    eventType: eventTypeOf(told, event),
    eventTime: event.at,
    cursor: event.cursor,
    resource: resourceOf(told, event),
    revision: event.revision,
    actor: event.actor,
    correlationId: event.correlationId,
    ...(event.kind === 'attributesChanged' && { changedPaths: event.changedPaths })
  }
  return withMember(JSON.stringify(head), 'event', payloadText(told, event))
}

/** @source HTML Living Standard, 9.2.5: without `event`, so that a browser's `onmessage` gets them all */
export function streamedText(resources: ToldResources, event: StoredEvent): string {
  return `id: ${event.cursor}\ndata: ${eventText(resources, event)}\n\n`
}

function resourceOf({ binding, hrefBase }: ToldResource, { resourceId }: StoredEvent) {
  return { id: resourceId, href: `${hrefBase}${resourceId}`, type: binding.definition.type }
}
