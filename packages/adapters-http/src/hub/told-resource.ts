import type { DomainEventKind, ValueType } from '@crm-lite/domain'
import type { ApiBinding, ResourceBinding } from '../binding.ts'
import { basePathOf, type PathOptions } from '../representation/base-paths.ts'

/** How one API tells what happens to one of its resources. */
export interface ToldResource {
  readonly api: ApiBinding
  readonly binding: ResourceBinding
  /** Of the collection, as clients reach it, with a slash at the end. */
  readonly hrefBase: string
  readonly eventTypes: Readonly<Record<DomainEventKind, string>>
}

/** What an API tells of, by the name of the resource's definition. */
export type ToldResources = ReadonlyMap<string, ToldResource>

export interface TellingOptions extends PathOptions {
  readonly publicBaseUrl: string
  /** Declared extension attributes by the name of their resource. */
  readonly extensions: Readonly<Record<string, Readonly<Record<string, ValueType>>>>
}

export function toldResources(api: ApiBinding, options: TellingOptions): ToldResources {
  const base = `${options.publicBaseUrl.replace(/\/+$/, '')}${basePathOf(api, options)}`
  return new Map(
    api.resources.map(binding => {
      const hrefBase = `${base}/${binding.path}/`
      return [binding.definition.name, { api, binding, hrefBase, eventTypes: eventTypesOf(binding) }]
    })
  )
}

function eventTypesOf({ definition: { type }, eventTypes }: ResourceBinding): Record<DomainEventKind, string> {
  return {
    created: `${type}CreateEvent`,
    attributesChanged: `${type}AttributeValueChangeEvent`,
    stateChanged: `${type}StateChangeEvent`,
    deleted: `${type}DeleteEvent`,
    ...eventTypes
  }
}
