import type { Resource, ResourceDefinition, StoredResource } from '../../kernel/resource.ts'
import { keyOf, type Write } from './draft.ts'
import { insistThat } from './violation.ts'

export interface Kept {
  readonly definition: ResourceDefinition
  readonly stored: StoredResource
  readonly resource: Resource
}

/** One change of one resource, as it was committed. */
export interface CommittedChange {
  readonly definition: ResourceDefinition
  /** Absent when it is new. */
  readonly before: Kept | undefined
  /** Absent when it was deleted. */
  readonly after: Kept | undefined
}

/** Everything that was ever committed, and what is stored now, kept apart from the store to be compared with it. */
export class Ledger {
  readonly #now = new Map<string, Map<string, Kept>>()
  /** Each of them by revision, from 1. */
  readonly #documents = new Map<string, string[]>()
  readonly #deleted = new Set<string>()

  /** Enters a commit. Returns its changes in turn: one resource may be changed more than once. */
  enter(writes: readonly Write[]): CommittedChange[] {
    const changes: CommittedChange[] = []
    for (const write of writes) {
      if (write.kind === 'insert') changes.push(this.#put(write.definition, undefined, write))
      else if (write.kind === 'update') changes.push(this.#put(write.definition, this.#before(write), write))
      else if (write.kind === 'delete') changes.push(this.#remove(write.definition, this.#before(write)))
    }
    return changes
  }

  get(definition: Pick<ResourceDefinition, 'name'>, id: string): Kept | undefined {
    return this.#now.get(definition.name)?.get(id)
  }

  all<R extends Resource>(definition: Pick<ResourceDefinition, 'name'>): R[] {
    return [...(this.#now.get(definition.name)?.values() ?? [])].map(({ resource }) => resource as R)
  }

  everything(): Kept[] {
    return [...this.#now.values()].flatMap(all => [...all.values()])
  }

  /** Whether somebody may have been told of this: it is, or once was, stored just so. */
  hasBeen(definition: Pick<ResourceDefinition, 'name'>, { id, revision, document }: StoredResource): boolean {
    return this.#documents.get(keyOf(definition, id))?.[revision - 1] === document
  }

  wasDeleted(definition: Pick<ResourceDefinition, 'name'>, id: string): boolean {
    return this.#deleted.has(keyOf(definition, id))
  }

  #before({ definition, before }: Write & { kind: 'update' | 'delete' }): Kept {
    const kept = this.get(definition, before.id)
    insistThat(
      kept !== undefined && kept.stored.revision === before.revision && kept.stored.document === before.document,
      () => `${definition.name} ${before.id} was changed as if it were what it isn't`
    )
    return kept
  }

  #put(
    definition: ResourceDefinition,
    before: Kept | undefined,
    { stored, resource }: Pick<Kept, 'stored' | 'resource'>
  ): CommittedChange {
    const key = keyOf(definition, stored.id)
    const documents = this.#documents.get(key) ?? []
    insistThat(before !== undefined || documents.length === 0, () => `${key} was made twice`)
    insistThat(documents.length === stored.revision - 1, () => `${key} has left out a revision before ${stored.revision}`)
    documents.push(stored.document)
    this.#documents.set(key, documents)
    const after = { definition, stored, resource }
    const all = this.#now.get(definition.name) ?? new Map<string, Kept>()
    this.#now.set(definition.name, all.set(stored.id, after))
    return { definition, before, after }
  }

  #remove(definition: ResourceDefinition, before: Kept): CommittedChange {
    const key = keyOf(definition, before.stored.id)
    this.#now.get(definition.name)?.delete(before.stored.id)
    this.#deleted.add(key)
    return { definition, before, after: undefined }
  }
}
