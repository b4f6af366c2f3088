import { changeKinds, type DomainEvent, type DomainEventKind, type ValueType } from '@crm-lite/domain'
import type { ApiBinding, ResourceBinding } from '../binding.ts'
import { basePathOf, type PathOptions } from '../representation/base-paths.ts'

/** How one API tells what happens to one of its resources. */
export interface ToldResource {
  readonly api: ApiBinding
  readonly binding: ResourceBinding
  /** Of the collection, as clients reach it, with a slash at the end. */
  readonly hrefBase: string
  /** By what happened; what is missing isn't told. */
  readonly eventTypes: EventTypes
}

type EventTypes = Partial<Readonly<Record<DomainEventKind, string>>>

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

/** @throws {Error} for an event that is not told */
export function eventTypeOf({ eventTypes }: ToldResource, { resource, kind }: Pick<DomainEvent, 'resource' | 'kind'>): string {
  const type = eventTypes[kind]
  if (type === undefined) throw new Error(`nobody tells that a ${resource} is ${kind}`)
  return type
}

/** Whether an event is one of those that are told. */
export function isTold(resources: ToldResources, { resource, kind }: Pick<DomainEvent, 'resource' | 'kind'>): boolean {
  return resources.get(resource)?.eventTypes[kind] !== undefined
}

function eventTypesOf({ definition: { type }, eventKinds = changeKinds, eventTypes }: ResourceBinding): EventTypes {
  const all: Record<DomainEventKind, string> = {
    created: `${type}CreateEvent`,
    attributesChanged: `${type}AttributeValueChangeEvent`,
    stateChanged: `${type}StateChangeEvent`,
    deleted: `${type}DeleteEvent`,
    milestone: `${type}MilestoneEvent`,
    jeopardyAlert: `${type}JeopardyAlertEvent`,
    errorMessage: `${type}ErrorMessageEvent`,
    ...eventTypes
  }
  return Object.fromEntries(eventKinds.map(kind => [kind, all[kind]]))
}
