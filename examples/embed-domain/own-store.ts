import type { DomainEvent, DueWork, ResourceDefinition, StoredResource, UnitOfWork } from '@crm-lite/domain'

/** Keeps resources in a map, one piece of work after the other, each as a whole or not at all. */
export class OwnStore implements UnitOfWork {
  readonly events: DomainEvent[] = []
  rows: ReadonlyMap<string, StoredResource> = new Map()
  /** What is to be done, and when: doing it is up to whoever looks here. */
  due: ReadonlyMap<string, DueWork> = new Map()
  #last: Promise<unknown> = Promise.resolve()

  run: UnitOfWork['run'] = (tenant, work) => {
    const result = this.#last.then(async () => {
      const rows = new Map(this.rows)
      const due = new Map(this.due)
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
        schedule: each => void due.set(`${tenant}/${each.kind}/${each.id}`, each),
        unschedule: (kind, id) => void due.delete(`${tenant}/${kind}/${id}`),
        recall: async () => undefined, // this service gets no idempotent requests, so there is nothing to remember
        remember: () => undefined
      })
      this.rows = rows
      this.due = due
      this.events.push(...published)
      return answer
    })
    this.#last = result.catch(() => undefined)
    return result
  }
}
