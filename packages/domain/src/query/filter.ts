import type { ValueType } from '../kernel/resource.ts'

/** One step of a path. `many`: the attribute holds an array, and what follows is true of any of its elements. */
export interface PathSegment {
  readonly name: string
  readonly many: boolean
}

/** Where a value stands in a resource, and of which type it is. */
export interface AttributePath {
  readonly segments: readonly PathSegment[]
  readonly type: ValueType
}

/**
 * A value to compare with. Date-times are canonical instants (`canonicalInstant`). For an attribute of type `any` always the text: it
 * matches that text, and the number or boolean that is written so.
 */
export type FilterValue = string | number | boolean

export type RangeOperator = 'gt' | 'gte' | 'lt' | 'lte'
export type TextOperator = 'regex' | 'like' | 'contains' | 'startsWith' | 'endsWith'

/**
 * What a list is filtered by. The meaning of every node is `matches`; stores must agree with it.
 *
 * A condition on a path through arrays holds when it holds for any element.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  /** Equal to one of the values. */
  | { readonly kind: 'in'; readonly path: AttributePath; readonly values: readonly FilterValue[] }
  | { readonly kind: 'range'; readonly path: AttributePath; readonly operator: RangeOperator; readonly value: FilterValue }
  /** Texts only. `like`: `*` is any run of characters, `\*` a star, `\\` a backslash. `regex`: found anywhere in the text. */
  | { readonly kind: 'text'; readonly path: AttributePath; readonly operator: TextOperator; readonly value: string }
  /** Absent, null, an empty text, an empty array or an empty object. */
  | { readonly kind: 'missing'; readonly path: Pick<AttributePath, 'segments'> }
  /** One and the same element of the array at `path` satisfies `filter`, whose paths start at that element. */
  | { readonly kind: 'element'; readonly path: Pick<AttributePath, 'segments'>; readonly filter: Filter }

/** Matches everything. */
export const everything: Filter = { kind: 'and', filters: [] }
