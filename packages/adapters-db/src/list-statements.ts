import { type Filter, type ListQuery, type Position, type SortKey, tiesDescend } from '@crm-lite/domain'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { compileFilter } from './compile-filter.ts'
import type { Engine, Statement } from './dialects/dialect.ts'
import { indexFor, type QueryContext } from './indexes.ts'
import type { ServedBy } from './served-by.ts'
import { sortExpression } from './sort-expression.ts'
import { linkTable } from './table-names.ts'

type Condition = RawBuilder<SqlBool>

/** What makes statements of queries. */
type Compiler = Pick<Engine, 'compile' | 'documentText'>

/** The SQL of one list query. */
export class ListStatements {
  readonly #engine: Compiler
  readonly #context: QueryContext
  readonly #query: ListQuery
  readonly #served: ServedBy
  readonly #where: Condition

  constructor(engine: Compiler, context: QueryContext, query: ListQuery, served: ServedBy) {
    this.#engine = engine
    this.#context = context
    this.#query = query
    this.#served = served
    this.#where = sql<SqlBool>`r.tenant = ${context.tenant} and ${compileFilter(query.filter, context)}`
  }

  /** Whether the filter has a regular expression, whose cost depends on the texts and not only on how many there are. */
  get hasPattern(): boolean {
    return hasPattern(this.#query.filter)
  }

  /** Whether one index gives the order, except that resources without a value come last. */
  get isSegmented(): boolean {
    return this.#orderColumn !== undefined
  }

  /** The page in one statement. Reads one resource more than asked for, to know whether there is a next page. */
  page(): Statement {
    const { after, offset, limit, sort } = this.#query
    const linked = sort.length === 0 ? this.#linkedMatches() : undefined
    if (linked) return this.#pageOf(linked, sql`l.id`, this.#order())
    const behind = after ? sql<SqlBool>` and ${this.#behind(after)}` : sql``
    return this.#select(sql<SqlBool>`${this.#where}${behind}`, this.#order(), limit + 1, after ? 0 : offset)
  }

  /** The first segment of an order that an index gives: the resources with a value. */
  withValue(): Statement {
    const { after, offset, limit } = this.#query
    const column = this.#orderColumn!
    const comparison = sql.raw(this.#descends ? '<' : '>')
    const behind = after ? sql<SqlBool>` and (${column}, r.id) ${comparison} (${this.#bound(after, 0)}, ${after.id})` : sql``
    const direction = this.#direction(this.#descends)
    const order = sql`${column} ${direction}, r.id ${direction}`
    return this.#select(sql`${this.#where} and ${column} is not null${behind}`, order, limit + 1, after ? 0 : offset)
  }

  /** The second segment: the resources without a value, by id. */
  withoutValue(limit: number, offset: number): Statement {
    const { after } = this.#query
    const comparison = sql.raw(this.#descends ? '<' : '>')
    const behind = after && after.values[0] === null ? sql` and r.id ${comparison} ${after.id}` : sql``
    const order = sql`r.id ${this.#direction(this.#descends)}`
    return this.#select(sql`${this.#where} and ${this.#orderColumn!} is null${behind}`, order, limit, offset)
  }

  count(): Statement {
    const links = this.#linkedMatches()
    const from = links ?? sql`${this.#table} as r where ${this.#where}`
    return this.#engine.compile(sql`select count(*) from ${from}`)
  }

  countWithValue(): Statement {
    return this.#engine.compile(
      sql`select count(*) from ${this.#table} as r where ${this.#where} and ${this.#orderColumn!} is not null`
    )
  }

  /** A row when more than so many resources must be looked at to find the matches. */
  moreThan(rows: number): Statement {
    const { tenant } = this.#context
    const candidates = this.#served.kind === 'bounded' ? this.#served.by : this.#query.filter
    const where = compileFilter(candidates, this.#context)
    return this.#engine.compile(
      sql`select 1 from ${this.#table} as r where r.tenant = ${tenant} and ${where} limit 1 offset ${rows}`
    )
  }

  get #table(): RawBuilder<unknown> {
    return sql.table(this.#context.table)
  }

  get #descends(): boolean {
    return tiesDescend(this.#query.sort)
  }

  get #orderColumn(): RawBuilder<unknown> | undefined {
    const [key, ...more] = this.#query.sort
    const index = key && more.length === 0 ? indexFor(key.path, this.#context.indexed) : undefined
    return index && !index.many && index.name !== 'id' ? sql.ref(`r.${index.name}`) : undefined
  }

  /** The entries of a link table that are exactly the matches, when the filter is one value of one many-valued attribute. */
  #linkedMatches(): RawBuilder<unknown> | undefined {
    const served = this.#served
    if (served.kind !== 'exact' || !served.index.many || served.values.length !== 1) return undefined
    const { table, tenant } = this.#context
    return sql`${sql.table(linkTable(table))} as l where l.tenant = ${tenant} and l.attribute = ${served.index.name} and l.value = ${served.values[0]}`
  }

  /** Finds the ids first and reads only the documents of the page. */
  #pageOf(from: RawBuilder<unknown>, id: RawBuilder<unknown>, order: RawBuilder<unknown>): Statement {
    const { after, offset, limit } = this.#query
    const behind = after ? sql` and ${id} > ${after.id}` : sql``
    const ids = sql`select ${id} as id from ${from}${behind} order by ${id} limit ${limit + 1} offset ${after ? 0 : offset}`
    return this.#documentsOf(ids, order)
  }

  #select(where: RawBuilder<unknown>, order: RawBuilder<unknown>, limit: number, offset: number): Statement {
    if (offset === 0) {
      return this.#engine.compile(
        sql`select ${this.#columns} from ${this.#table} as r where ${where} order by ${order} limit ${limit}`
      )
    }
    // What is skipped is skipped in the index, without reading its documents.
    return this.#documentsOf(
      sql`select r.id as id from ${this.#table} as r where ${where} order by ${order} limit ${limit} offset ${offset}`,
      order
    )
  }

  /** A cross join, as SQLite takes its sides in the order they are written: it would walk the whole table to get the order for nothing. */
  #documentsOf(ids: RawBuilder<unknown>, order: RawBuilder<unknown>): Statement {
    return this.#engine.compile(
      sql`select ${this.#columns} from (${ids}) as page cross join ${this.#table} as r
        where r.tenant = ${this.#context.tenant} and r.id = page.id order by ${order}`
    )
  }

  get #columns(): RawBuilder<unknown> {
    return sql`r.id, r.revision, ${this.#engine.documentText('r.document')}`
  }

  #order(): RawBuilder<unknown> {
    const keys = this.#query.sort.map(({ path, descending }) => {
      const value = sortExpression(path, this.#context)
      return sql`${value} ${this.#direction(descending)} nulls last`
    })
    return sql.join([...keys, sql`r.id ${this.#direction(this.#descends)}`], sql`, `)
  }

  #direction(descending: boolean): RawBuilder<unknown> {
    return sql.raw(descending ? 'desc' : 'asc')
  }

  /** What comes behind a position: behind it by the first key, or equal there and behind it by the second, and so on to the id. */
  #behind(after: Position): Condition {
    const alternatives: Condition[] = []
    const equal: Condition[] = []
    for (const [index, key] of this.#query.sort.entries()) {
      const value = sortExpression(key.path, this.#context)
      const further = this.#further(key, value, after, index)
      if (further) alternatives.push(allOf([...equal, further]))
      equal.push(after.values[index] === null ? sql`${value} is null` : sql`${value} = ${this.#bound(after, index)}`)
    }
    alternatives.push(allOf([...equal, sql`r.id ${sql.raw(this.#descends ? '<' : '>')} ${after.id}`]))
    return sql`(${sql.join(alternatives, sql` or `)})`
  }

  /** Nothing comes behind a missing value by that key alone. */
  #further({ descending }: SortKey, value: RawBuilder<unknown>, after: Position, index: number): Condition | undefined {
    if (after.values[index] === null) return undefined
    return sql`(${value} ${sql.raw(descending ? '<' : '>')} ${this.#bound(after, index)} or ${value} is null)`
  }

  #bound(after: Position, index: number): RawBuilder<unknown> {
    return this.#context.json.bind(after.values[index] ?? '', this.#query.sort[index]!.path.type)
  }
}

function allOf(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` and `)})`
}

function hasPattern(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.some(hasPattern)
    case 'not':
    case 'element':
      return hasPattern(filter.filter)
    default:
      return filter.kind === 'text' && filter.operator === 'regex'
  }
}
