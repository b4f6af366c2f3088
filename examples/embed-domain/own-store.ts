import type { DomainEvent, ResourceDefinition, StoredResource, UnitOfWork } from '@crm-lite/domain'

/** Keeps resources in a map, one piece of work after the other, each as a whole or not at all. */
export class OwnStore implements UnitOfWork {
  readonly events: DomainEvent[] = []
  rows: ReadonlyMap<string, StoredResource> = new Map()
  #last: Promise<unknown> = Promise.resolve()

  run: UnitOfWork['run'] = (tenant, work) => {
    const result = this.#last.then(async () => {
      const rows = new Map(this.rows)
      const key = (definition: ResourceDefinition, id: string) => `${tenant}/${definition.name}/${id}`
      const put = (definition: ResourceDefinition, stored: StoredResource) => {
        rows.set(key(definition, stored.id), stored)
        return stored
      }
      const published: DomainEvent[] = []
      const answer = await work({
        get: async (definition, id) => rows.get(key(definition, id)),
        insert: (definition, resource) => put(definition, { id: resource.id, revision: 1, document: JSON.stringify(resource) }),
        update: (definition, { id, revision }, resource) =>
          put(definition, { id, revision: revision + 1, document: JSON.stringify(resource) }),
        delete: (definition, { id }) => void rows.delete(key(definition, id)),
        publish: event => void published.push(event),
        schedule: () => undefined, // this service keeps no orders, so nothing becomes due
        unschedule: () => undefined,
        recall: async () => undefined, // this service gets no idempotent requests, so there is nothing to remember
        remember: () => undefined
      })
      this.rows = rows
      this.events.push(...published)
      return answer
    })
    this.#last = result.catch(() => undefined)
    return result
  }
}
