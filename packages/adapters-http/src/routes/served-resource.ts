import type { FieldSelection, StoredResource, ValueType } from '@crm-lite/domain'
import type { ApiBinding, ResourceBinding } from '../binding.ts'
import { TENANT } from '../plugins/request-context.ts'
import type { ApiError } from '../representation/api-error.ts'
import { refusal } from '../representation/failure.ts'
import type { Validators } from '../schema/validation.ts'
import type { InFlight } from './idempotency.ts'
import type { ResourceHandlers, ResourceServices } from './resource-handlers.ts'

/** A resource where it is served, with everything that its routes need. */
export interface ServedResource {
  readonly api: ApiBinding
  readonly binding: ResourceBinding
  /** Of the collection, without the server: `/tmf-api/customerManagement/v4/customer`. */
  readonly path: string
  /** Of the collection, as clients reach it, with a slash at the end. */
  readonly hrefBase: string
  /** Attributes beyond the schema that lists can be filtered and sorted by. */
  readonly extensions: Readonly<Record<string, ValueType>>
  readonly partialContent: boolean
  /** Whether answers have headers that are added outside of the routes. */
  readonly othersAddHeaders: boolean
  readonly services: ResourceServices
  readonly handlers: ResourceHandlers
  readonly validators: Validators
  readonly inFlight: InFlight
}

/** What ids look like (see the port `Ids`). Anything else does not exist and is not looked up. */
const ID = /^[\w-]{1,100}$/

export function isId(text: string, { idPattern = ID }: Pick<ResourceBinding, 'idPattern'> = {}): boolean {
  return idPattern.test(text)
}

export function notFound({ binding }: ServedResource): ApiError {
  return refusal('notFound', `there is no ${binding.definition.name} with this id`)
}

/** @throws {ApiError} 404 when no resource can have this id */
export function checkedId(served: ServedResource, id: string): string {
  if (!isId(id, served.binding)) throw notFound(served)
  return id
}

/** A resource with what is computed for it, where that is wanted. */
export async function withComputed(
  { binding: { computed }, handlers, services }: ServedResource,
  stored: StoredResource,
  fields: FieldSelection
): Promise<StoredResource> {
  if (!computed || !fields) return stored
  const names = new Set(Object.keys(computed).map(path => path.replace(/\[\]$/, '')))
  if (!fields.some(([name]) => name !== undefined && names.has(name))) return stored
  const resource = JSON.parse(stored.document) as Record<string, unknown>
  return { ...stored, document: JSON.stringify({ ...resource, ...(await handlers.compute(services, TENANT, stored)) }) }
}
