import type { AttributePath, Filter, IndexedAttribute } from '@crm-lite/domain'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { compileCondition, type Scalars } from './compile-condition.ts'
import type { JsonSql } from './dialects/json-sql.ts'
import { type Condition, impliedByElement, indexFor, indexOf, type QueryContext } from './indexes.ts'
import { isIndexable } from './served-by.ts'

/** What a path starts at: the resource itself, or an element of one of its arrays. */
interface Scope {
  readonly json: JsonSql
  readonly node: RawBuilder<unknown>
  /** The alias of an element; the resource has none. */
  readonly alias?: string
  /** How many aliases are taken. */
  readonly depth: number
  /** Absent below an element: indexes know resources only. */
  readonly indexes?: QueryContext
}

/**
 * A filter as a condition on a resource table with the alias `r`, with exactly the meaning of the domain's `matches`. Attributes that
 * are indexed are read from the indexes, the others from the document.
 *
 * Negations say `is not true`, so that no NULL of SQL's gets through.
 */
export function compileFilter(filter: Filter, context: QueryContext): RawBuilder<SqlBool> {
  return compile(filter, { json: context.json, node: context.json.document, depth: 0, indexes: context })
}

function compile(filter: Filter, scope: Scope): RawBuilder<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return joined(filter.filters, 'and', scope) ?? sql`true`
    case 'or':
      return joined(filter.filters, 'or', scope) ?? sql`false`
    case 'not':
      return sql`(${compile(filter.filter, scope)}) is not true`
    case 'in':
    case 'range':
    case 'text':
      return onIndex(filter, scope) ?? onDocument(filter, scope)
    case 'missing':
      return missing(filter.path, scope)
    case 'element':
      return element(filter, scope)
    default:
      return filter satisfies never
  }
}

/** Balanced, as engines limit how deep an expression may be. */
function joined(filters: readonly Filter[], operator: 'and' | 'or', scope: Scope): RawBuilder<SqlBool> | undefined {
  const [first] = filters
  if (!first) return undefined
  if (filters.length === 1) return compile(first, scope)
  const middle = filters.length >> 1
  const left = joined(filters.slice(0, middle), operator, scope)
  return sql`(${left} ${sql.raw(operator)} ${joined(filters.slice(middle), operator, scope)})`
}

function onIndex(condition: Condition, { indexes }: Scope): RawBuilder<SqlBool> | undefined {
  const index = indexes && indexFor(condition.path, indexes.indexed)
  if (!index) return undefined
  if (index.many) return onLinks(index, indexes, sql`${compileCondition(condition, column('l', 'value'), indexes.json)}`)
  return compileCondition(condition, column('r', index.name), indexes.json)
}

/** Not correlated, so that the link table's index can find the resources. */
function onLinks(index: IndexedAttribute, { table, tenant }: QueryContext, condition: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
  return sql`r.id in (select l.id from ${sql.table(`${table}_link`)} l
    where l.tenant = ${tenant} and l.attribute = ${index.name} and ${condition})`
}

function column(alias: string, name: string): Scalars {
  return () => sql.ref(`${alias}.${name}`)
}

function onDocument(condition: Condition, scope: Scope): RawBuilder<SqlBool> {
  return anyValue(condition.path, scope, alias =>
    compileCondition(condition, type => scope.json.scalarOf(alias, type), scope.json)
  )
}

/** A column is NULL also when the document holds a value of another type there: only the document tells. */
function missing(path: Pick<AttributePath, 'segments'>, scope: Scope): RawBuilder<SqlBool> {
  const inDocument = sql<SqlBool>`not ${anyValue(path, scope, alias => scope.json.isPresent(alias))}`
  const index = scope.indexes && indexOf(path, scope.indexes.indexed)
  if (!index || index.many) return inDocument
  const indexed = sql.ref(`r.${index.name}`)
  const absent = sql<SqlBool>`(${indexed} is null and ${inDocument})`
  return index.type === 'string' ? sql`(${indexed} = '' or ${absent})` : absent
}

function element(filter: Filter & { kind: 'element' }, scope: Scope): RawBuilder<SqlBool> {
  const { indexes } = scope
  const { json } = scope
  const found = anyValue(filter.path, scope, (alias, depth) => {
    const satisfies = compile(filter.filter, { json, node: json.nodeOf(alias), alias, depth })
    return sql`${json.isNotNull(alias)} and ${satisfies}`
  })
  const candidates = indexes && impliedByElement(filter).find(each => isIndexable(each, indexes.indexed))
  return candidates ? sql`(${compile(candidates, scope)} and ${found})` : found
}

/** Whether something holds for any value at a path. */
function anyValue(
  { segments }: Pick<AttributePath, 'segments'>,
  { json, node, alias, depth }: Scope,
  holds: (alias: string, depth: number) => RawBuilder<SqlBool>
): RawBuilder<SqlBool> {
  if (segments.length === 0) return alias === undefined ? sql`false` : sql`(${holds(alias, depth)})`
  const path = followPath(segments, json, node, depth)
  return sql`exists (select 1 from ${path.from} where ${holds(path.last, depth + segments.length)})`
}

/** The items of FROM that lead to the values at a path, and the alias of those. */
export function followPath(segments: AttributePath['segments'], json: JsonSql, start: RawBuilder<unknown>, depth: number) {
  const aliases = segments.map((_, step) => `v${depth + step}`)
  const steps = segments.map(({ name }, step) =>
    json.valuesOf(step === 0 ? start : json.nodeOf(aliases[step - 1]!), name, aliases[step]!)
  )
  return { from: sql.join(steps, sql`, `), last: aliases.at(-1)! }
}
