/** What every TMF entity may carry about its own type. */
export interface Entity {
  '@type'?: string
  '@baseType'?: string
  '@schemaLocation'?: string
}

/**
 * A resource in the internal form: TMF v4 names and structure. `href` is not part of it: it is derived from where a resource is served.
 * Attributes beyond the interface (extensions) are kept as they are.
 */
export interface Resource extends Entity {
  id: string
}

/** A resource as it is kept: the document is the resource as JSON text, so that it can be passed on without being parsed. */
export interface StoredResource {
  readonly id: string
  /** Counts the changes, from 1. */
  readonly revision: number
  readonly document: string
}

/** The type of a single value in a filter, a sort or an index. `any` is a value of free type: text, number or boolean. */
export type ValueType = 'string' | 'number' | 'boolean' | 'dateTime' | 'any'

/**
 * An attribute that lists can be filtered by without reading every resource. Its texts are at most {@link MAX_INDEXED_LENGTH} long.
 */
export interface IndexedAttribute {
  /** Short, in snake case: a column for a single value, an entry in the link table for many. */
  readonly name: string
  /** Dotted, as in a filter: `engagedParty.id`. */
  readonly path: string
  readonly type: Exclude<ValueType, 'any'>
  /** Whether the path leads through an array, so that one resource can have many values. */
  readonly many: boolean
}

/**
 * In code points, as JSON Schema counts. PostgreSQL takes no index entry over 2,704 bytes; four bytes a code point, and the key beside
 * it, must fit.
 */
export const MAX_INDEXED_LENGTH = 512

/** What the generic parts (storage, routes, events) need to know about a resource. A literal: values only. */
export interface ResourceDefinition {
  /** Lower camel case, as in paths and events: `customer`. */
  readonly name: string
  /** The value of `@type` when the client gives none: `Customer`. */
  readonly type: string
  /** The attribute whose change is a change of state. */
  readonly stateAttribute: string
  /** Must be present and not blank, on create and after every change. */
  readonly mandatory: readonly string[]
  readonly indexed: readonly IndexedAttribute[]
}

/** A definition whose attributes are those of the resource: what a definition is written against. */
export interface DefinitionOf<R extends Resource> extends ResourceDefinition {
  readonly stateAttribute: keyof R & string
  readonly mandatory: readonly (keyof R & string)[]
}

/** What is stored, with what is in it as far as that is known. */
class KnownStored implements StoredResource {
  readonly id: string
  readonly revision: number
  readonly document: string
  #resource: Resource | undefined

  constructor(id: string, revision: number, document: string, resource: Resource | undefined) {
    this.id = id
    this.revision = revision
    this.document = document
    this.#resource = resource
  }

  /** Parsed once of each, however many look at it. */
  static resourceIn(stored: StoredResource): Resource {
    if (!(#resource in stored)) return JSON.parse(stored.document) as Resource
    stored.#resource ??= JSON.parse(stored.document) as Resource
    return stored.#resource
  }
}

/** What is to be stored of a resource. It is not parsed to be looked at again, so nobody may change it any more. */
export function storedAs(resource: Resource, revision: number): StoredResource {
  return new KnownStored(resource.id, revision, JSON.stringify(resource), resource)
}

/** What is stored, as it was read. It is parsed once, however many look at it. */
export function storedOf(id: string, revision: number, document: string): StoredResource {
  return new KnownStored(id, revision, document, undefined)
}

/** The resource that is stored: where it was made by {@link storedAs} or {@link storedOf} the same one for all, so that nobody may change it. */
export function resourceIn<R extends Resource>(stored: StoredResource): R {
  return KnownStored.resourceIn(stored) as R
}
