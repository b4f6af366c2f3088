import type { FilterValue, ValueType } from '@crm-lite/domain'
import type { RawBuilder, SqlBool } from 'kysely'

/**
 * How an engine looks into a JSON document. A path is followed one attribute at a time: each step is an item of a FROM clause, with
 * an alias, that has a row for every value that the attribute holds; arrays are spread.
 */
export interface JsonSql {
  /** The document of a resource, to start a path at. */
  readonly document: RawBuilder<unknown>
  /** An item of FROM: the values of an attribute of an object; none when it is no object or has no such attribute. */
  valuesOf(node: RawBuilder<unknown>, name: string, alias: string): RawBuilder<unknown>
  /** One of those values, to go on from. */
  nodeOf(alias: string): RawBuilder<unknown>
  /**
   * The same value as a scalar that SQL can compare, date-times as canonical instants; NULL when it has another type. `any`: something
   * to sort by.
   */
  scalarOf(alias: string, type: ValueType): RawBuilder<unknown>
  isNotNull(alias: string): RawBuilder<SqlBool>
  /** Whether it is anything but null, an empty text, an empty array or an empty object. */
  isPresent(alias: string): RawBuilder<SqlBool>
  /** A value to compare such a scalar, or an indexed column of that type, with. */
  bind(value: FilterValue, type: ValueType): RawBuilder<unknown>
  /** The smallest of the scalars of a type that a subquery yields. */
  smallest(scalar: RawBuilder<unknown>, from: RawBuilder<unknown>, type: ValueType): RawBuilder<unknown>
  contains(text: RawBuilder<unknown>, part: string): RawBuilder<SqlBool>
  endsWith(text: RawBuilder<unknown>, end: string): RawBuilder<SqlBool>
  /** The pattern is that of `likeParts`. */
  like(text: RawBuilder<unknown>, pattern: string): RawBuilder<SqlBool>
  regex(text: RawBuilder<unknown>, pattern: string): RawBuilder<SqlBool>
}
