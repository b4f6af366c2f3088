import type { ChangeDependencies, ResourceStore, ValueType } from '@crm-lite/domain'
import type { ApiBinding, ResourceBinding } from '../binding.ts'
import type { ApiError } from '../representation/api-error.ts'
import { refusal } from '../representation/failure.ts'
import type { Validators } from '../schema/validation.ts'
import type { InFlight } from './idempotency.ts'

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
  readonly services: ChangeDependencies & { readonly store: ResourceStore }
  readonly validators: Validators
  readonly inFlight: InFlight
}

/** What ids look like (see the port `Ids`). Anything else does not exist and is not looked up. */
const ID = /^[\w-]{1,100}$/

export function isId(text: string): boolean {
  return ID.test(text)
}

export function notFound({ binding }: ServedResource): ApiError {
  return refusal('notFound', `there is no ${binding.definition.name} with this id`)
}

/** @throws {ApiError} 404 when no resource can have this id */
export function checkedId(served: ServedResource, id: string): string {
  if (!isId(id)) throw notFound(served)
  return id
}
