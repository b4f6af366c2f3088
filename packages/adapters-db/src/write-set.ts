import {
  checkResource,
  DomainError,
  type DomainEvent,
  type DueWork,
  eventSubscriptionDefinition,
  type IdempotentRequest,
  type IndexedAttribute,
  type Outcome,
  type Resource,
  type ResourceDefinition,
  resourceIn,
  type StoredResource,
  storedAs,
  type WorkKind
} from '@crm-lite/domain'
import { type Link, linksOf } from './links.ts'
import { tableOf } from './table-names.ts'

/** A row to be written. */
export interface DocumentInsert {
  readonly stored: StoredResource
  /** What is in the document. */
  readonly resource: Resource
}

/** A row to be written in place of another one. */
export interface DocumentUpdate extends DocumentInsert {
  /** What must be stored before the write. */
  readonly before: StoredResource
}

/** What is written to one resource table and its link table. */
export interface TableWrites {
  readonly table: string
  readonly definition: ResourceDefinition
  readonly inserts: DocumentInsert[]
  readonly updates: DocumentUpdate[]
  /** What must be stored before. */
  readonly deletes: StoredResource[]
  readonly linksAdded: Link[]
  readonly linksRemoved: Link[]
}

export interface RememberedRow {
  readonly request: IdempotentRequest
  readonly outcome: Outcome
}

/** What is scheduled of a kind and id after a piece of work: at a time in milliseconds, or nothing. */
export interface WorkRow extends Pick<DueWork, 'kind' | 'id'> {
  readonly dueAtMs: number | undefined
}

/** A resource that must still be as it was read when something else is written in its place. */
export interface Replacement {
  readonly name: string
  /** Which it must have. */
  readonly revision: number
  /** Which it has then; absent when it is deleted. */
  readonly next: number | undefined
}

/** Workers look by themselves more often than this. */
const SOON_MS = 10_000

interface Changed {
  readonly definition: ResourceDefinition
  /** What is stored; absent when the work made the resource. */
  readonly before?: StoredResource
  /** Absent when the work removed it. */
  readonly after?: DocumentInsert
}

/** Collects what work writes, so that it can be written together with that of others, in as few steps as the engine allows. */
export class WriteSet {
  readonly tenant: string
  #remembered: RememberedRow[] = []
  #events: DomainEvent[] = []
  readonly #extraIndexes: Readonly<Record<string, readonly IndexedAttribute[]>>
  #changed = new Map<string, Changed>()
  #work = new Map<string, WorkRow>()

  constructor(tenant: string, extraIndexes: Readonly<Record<string, readonly IndexedAttribute[]>>) {
    this.tenant = tenant
    this.#extraIndexes = extraIndexes
  }

  /** As it is now, for {@link become}. */
  copy(): WriteSet {
    const copy = new WriteSet(this.tenant, this.#extraIndexes)
    copy.become(this)
    return copy
  }

  /** Holds what the other one holds, and nothing else. */
  become(other: WriteSet): void {
    this.#remembered = [...other.#remembered]
    this.#events = [...other.#events]
    this.#changed = new Map(other.#changed)
    this.#work = new Map(other.#work)
  }

  get remembered(): readonly RememberedRow[] {
    return this.#remembered
  }

  get events(): readonly DomainEvent[] {
    return this.#events
  }

  get isEmpty(): boolean {
    return this.#changed.size + this.#work.size + this.remembered.length + this.events.length === 0
  }

  /** The kinds of what is to be done now, or in a few seconds: what is due later is found in time by whoever looks now and then. */
  dueSoon(nowMs: number): WorkKind[] {
    return this.work.flatMap(({ kind, dueAtMs }) => (dueAtMs !== undefined && dueAtMs < nowMs + SOON_MS ? [kind] : []))
  }

  /** Whether it is something to deliver, or to deliver to. */
  get isToBeTold(): boolean {
    return (
      this.events.length > 0 || [...this.#changed.values()].some(({ definition }) => definition === eventSubscriptionDefinition)
    )
  }

  /** What it writes in place of what was stored when it was read. */
  get replacements(): Replacement[] {
    return [...this.#changed].flatMap(([key, { before, after }]) => {
      return before ? [{ name: `${this.tenant}/${key}`, revision: before.revision, next: after?.stored.revision }] : []
    })
  }

  /** What it may get in the way of others by: the resources that it changes, and the requests that it remembers. */
  get touched(): string[] {
    const remembered = this.remembered.map(({ request: { scope, key } }) => `remembered/${scope}/${key}`)
    return [...this.#changed.keys(), ...remembered].map(name => `${this.tenant}/${name}`)
  }

  /** What this work wrote itself: undefined when it wrote nothing there. */
  written(definition: ResourceDefinition, id: string): StoredResource | 'deleted' | undefined {
    const changed = this.#changed.get(keyOf(definition, id))
    return changed && (changed.after?.stored ?? 'deleted')
  }

  /** @throws when it writes such a resource already, as the database does when there is one: what was written first would be lost unseen */
  insert(definition: ResourceDefinition, resource: Resource): StoredResource {
    const key = keyOf(definition, resource.id)
    if (this.#changed.get(key)?.after) throw new Error(`there is ${key} already`)
    return this.#write({ definition }, resource, 1)
  }

  update(definition: ResourceDefinition, current: StoredResource, resource: Resource): StoredResource {
    const changed = this.#changed.get(keyOf(definition, current.id)) ?? { definition, before: current }
    return this.#write(changed, resource, current.revision + 1)
  }

  delete(definition: ResourceDefinition, current: StoredResource): void {
    const key = keyOf(definition, current.id)
    const { before } = this.#changed.get(key) ?? { before: current }
    if (before) this.#changed.set(key, { definition, before })
    else this.#changed.delete(key)
  }

  publish(event: DomainEvent): void {
    this.#events.push(event)
  }

  /** The last word on each kind and id. */
  get work(): readonly WorkRow[] {
    return [...this.#work.values()]
  }

  schedule({ kind, id, dueAt }: DueWork): void {
    this.#work.set(`${kind}/${id}`, { kind, id, dueAtMs: Date.parse(dueAt) })
  }

  unschedule(kind: WorkKind, id: string): void {
    this.#work.set(`${kind}/${id}`, { kind, id, dueAtMs: undefined })
  }

  remember(request: IdempotentRequest, outcome: Outcome): void {
    this.#remembered.push({ request, outcome })
  }

  /** The rows to write, a table at a time. */
  tables(): TableWrites[] {
    const tables = new Map<string, TableWrites>()
    for (const changed of this.#changed.values()) addRows(tables, changed)
    return [...tables.values()]
  }

  #write(changed: Changed, resource: Resource, revision: number): StoredResource {
    this.#checkExtraIndexes(changed.definition, resource)
    const stored = storedAs(resource, revision)
    this.#changed.set(keyOf(changed.definition, stored.id), { ...changed, after: { stored, resource } })
    return stored
  }

  /** Attributes that configuration has indexed are limited in length just as those that the definition indexes. */
  #checkExtraIndexes(definition: ResourceDefinition, resource: Resource): void {
    const indexed = this.#extraIndexes[definition.name]
    if (!indexed) return
    const [fault, ...more] = checkResource({ ...definition, mandatory: [], indexed }, resource)
    if (fault) throw DomainError.ofFaults([fault, ...more])
  }
}

function keyOf(definition: ResourceDefinition, id: string): string {
  return `${definition.name}/${id}`
}

function addRows(tables: Map<string, TableWrites>, { definition, before, after }: Changed): void {
  const table = tableOf(definition)
  let rows = tables.get(table)
  if (!rows) {
    rows = { table, definition, inserts: [], updates: [], deletes: [], linksAdded: [], linksRemoved: [] }
    tables.set(table, rows)
  }
  const hasLinks = definition.indexed.some(({ many }) => many)
  const linksBefore = before && hasLinks ? linksOf(definition, resourceIn(before)) : []
  const linksAfter = after && hasLinks ? linksOf(definition, after.resource) : []
  if (after && before) rows.updates.push({ ...after, before })
  else if (after) rows.inserts.push(after)
  else if (before) rows.deletes.push(before)
  if (linksBefore.length === 0) rows.linksAdded.push(...linksAfter)
  else {
    rows.linksAdded.push(...without(linksAfter, linksBefore))
    rows.linksRemoved.push(...without(linksBefore, linksAfter))
  }
}

function without(links: readonly Link[], others: readonly Link[]): Link[] {
  return links.filter(link => !others.some(other => other.attribute === link.attribute && other.value === link.value))
}
