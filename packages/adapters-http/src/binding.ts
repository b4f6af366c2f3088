import type { DomainEventKind, Resource, ResourceDefinition, ValueType } from '@crm-lite/domain'
import type { TObject, TSchema } from '@sinclair/typebox'
import type { ErrorCode } from './representation/error-codes.ts'

/** One published TMF API in one version: where it is served and what it serves. */
export interface ApiBinding {
  /** As in the setting that moves it: `TMF629_V4` is moved by `TMF629_V4_PATH`. */
  readonly key: string
  /** The name of its OpenAPI document: `tmf629-v4`. */
  readonly document: string
  readonly title: string
  readonly description: string
  /** The version of the standard. */
  readonly version: string
  /** Below `TMF_BASE_PATH`: `customerManagement/v4`. */
  readonly path: string
  /** Under which name its notifications carry the resource: `event`, in one API `payload`. */
  readonly payloadName: 'event' | 'payload'
  /** It is our own: there is no standard to compare it with. */
  readonly isExtension?: true
  readonly resources: readonly ResourceBinding[]
}

/** What can be done with a resource. */
export type Operation = 'list' | 'create' | 'get' | 'patch' | 'delete'

/** One resource as one API shows it. What differs between the published APIs is a value here, never an `if` in generic code. */
export interface ResourceBinding {
  readonly definition: ResourceDefinition
  /** Below the API's path: `customer`. */
  readonly path: string
  /** Each with an `$id` that is its name in the OpenAPI documents. */
  readonly schemas: {
    /** What is answered. */
    readonly resource: TObject & { readonly $id: string }
    /** What may be sent to create one. */
    readonly create: TObject
    /** What may be sent to change one: everything optional, `null` removes. */
    readonly update: TObject
  }
  /** Every attribute that lists can be filtered and sorted by. */
  readonly attributes: AttributeTree
  /** A complete, fictional example of a create request. */
  readonly example: Omit<Resource, 'id'> & Readonly<Record<string, unknown>>
  /** What its ids look like, where they are not made by the port `Ids`. */
  readonly idPattern?: RegExp
  /** What clients can do with it; absent: everything. */
  readonly operations?: readonly Operation[]
  /** What that may be refused with, besides what it is refused with for every resource. */
  readonly failures?: Partial<Readonly<Record<Operation, readonly ErrorCode[]>>>
  /** What is not kept, and answered where `fields` asks for it: dotted paths as in `Extensions`. The handlers compute it. */
  readonly computed?: Readonly<Record<string, ValueType>>
  /** What is told of it; absent: its changes. */
  readonly eventKinds?: readonly DomainEventKind[]
  /** What its events are called, where that is not the type and the kind: `CustomerCreateEvent`. */
  readonly eventTypes?: Partial<Readonly<Record<DomainEventKind, string>>>
  /** Where the published schemas ask for more than is asked for here. */
  readonly leniencies?: readonly Leniency[]
}

/** An attribute that a published schema requires and this API does not. */
export interface Leniency {
  /** The name of the published schema. */
  readonly schema: string
  readonly attribute: string
  readonly reason: string
}

/** An attribute as filters see it. */
export interface AttributeNode {
  /** `object` has attributes of its own; everything else is a value. */
  readonly type: ValueType | 'object'
  /** Whether it is an array (of that type). */
  readonly many: boolean
  readonly attributes?: AttributeTree
}

export type AttributeTree = Readonly<Record<string, AttributeNode>>

/** A schema that others refer to by its `$id`. */
export type NamedSchema = TSchema & { readonly $id: string }
