import {
  DomainError,
  type ListQuery,
  type Page,
  positionOf,
  type Resource,
  type ResourceDefinition,
  type ResourceStore,
  type SortKey,
  type StoredResource
} from '@crm-lite/domain'
import { sql } from 'kysely'
import type { Engine, PreparedLookup, PreparedRead, Row, Statement } from './dialects/dialect.ts'
import { indexFor, type QueryContext } from './indexes.ts'
import type { ExtraIndexes } from './kysely-unit-of-work.ts'
import { ListStatements } from './list-statements.ts'
import { pageTotal } from './page-total.ts'
import { type ServedBy, servedBy } from './served-by.ts'
import { tableOf } from './table-names.ts'

/** So many rows are looked at within a few milliseconds, whatever is asked of them: not worth a scan of its own. */
const LIGHT_ROWS = 5_000

interface Found {
  readonly rows: readonly Row[]
  readonly total?: number
}

/** Reads resources from their tables. What an index bounds is read at once; everything else goes to the engine's scanner. */
export class KyselyResourceStore implements ResourceStore {
  readonly #engine: Engine
  readonly #extraIndexes: ExtraIndexes
  readonly #prepared = new Map<string, Prepared>()

  constructor(engine: Engine, extraIndexes: ExtraIndexes) {
    this.#engine = engine
    this.#extraIndexes = extraIndexes
  }

  get(tenant: string, definition: ResourceDefinition, id: string): ReturnType<ResourceStore['get']> {
    const row = this.#preparedFor(definition).get(tenant, id)
    return row instanceof Promise ? row.then(found => storedAs(id, found)) : storedAs(id, row)
  }

  async list(tenant: string, definition: ResourceDefinition, query: ListQuery): Promise<Page> {
    const { rows, total } = await this.#find(tenant, definition, query)
    const items = rows.slice(0, query.limit).map(([id, revision, document]) => ({ id, revision, document }) as StoredResource)
    const last = items.at(-1)
    return {
      items,
      ...(query.count && total !== undefined && { total }),
      ...(last && rows.length > query.limit && { next: nextPosition(last, query.sort) })
    }
  }

  async #find(tenant: string, definition: ResourceDefinition, query: ListQuery): Promise<Found> {
    const context: QueryContext = {
      definition,
      table: tableOf(definition),
      tenant,
      indexed: [...definition.indexed, ...(this.#extraIndexes[definition.name] ?? [])],
      json: this.#engine.json
    }
    const served = servedBy(query.filter, context)
    const prepared = this.#preparedFor(definition)
    if (served.kind === 'everything' && query.sort.length === 0 && (query.after || query.offset === 0)) {
      return this.#plainPage(prepared, tenant, query)
    }
    const statements = new ListStatements(this.#engine, context, query, served)
    if (await this.#isDirect(statements, served, query, context))
      return this.#findDirectly(statements, served, query, prepared, tenant)
    return this.#scan(statements, served, query, prepared, tenant)
  }

  /** The page that most callers want: everything by id, from the start or behind a known id, with the total, in one statement. */
  async #plainPage(prepared: Prepared, tenant: string, { after, limit }: ListQuery): Promise<Found> {
    const rows = after ? await prepared.pageAfter(tenant, after.id, limit + 1) : await prepared.firstPage(tenant, limit + 1)
    const [first] = rows
    return { rows, total: first ? Number(first[3]) : await totalOf(prepared, tenant) }
  }

  /** Whether a query costs little enough to run beside everything else, because an index bounds it or there is not much to look at. */
  async #isDirect(statements: ListStatements, served: ServedBy, { sort }: ListQuery, context: QueryContext): Promise<boolean> {
    switch (served.kind) {
      case 'point':
        return true
      case 'everything':
        if (isByIndex(sort, context)) return true
        return (await totalOf(this.#preparedFor(context.definition), context.tenant)) <= LIGHT_ROWS
      case 'exact':
        if (served.values.length === 1 && sort.length === 0) return true
        return this.#isFew(statements)
      case 'bounded':
        return this.#isFew(statements)
      case 'scan':
        if (statements.hasPattern) return false
        return (await totalOf(this.#preparedFor(context.definition), context.tenant)) <= LIGHT_ROWS
      default:
        return served satisfies never
    }
  }

  async #isFew(statements: ListStatements): Promise<boolean> {
    return (await this.#engine.read(statements.moreThan(LIGHT_ROWS))).length === 0
  }

  async #findDirectly(
    statements: ListStatements,
    served: ServedBy,
    query: ListQuery,
    prepared: Prepared,
    tenant: string
  ): Promise<Found> {
    const [rows, total] = await Promise.all([
      statements.isSegmented ? this.#segments(statements, query) : this.#engine.read(statements.page()),
      query.count ? this.#count(statements, served, prepared, tenant) : undefined
    ])
    return { rows, ...(total !== undefined && { total: pageTotal(total, rows.length, query) }) }
  }

  async #count(statements: ListStatements, served: ServedBy, prepared: Prepared, tenant: string): Promise<number> {
    if (served.kind === 'everything') return totalOf(prepared, tenant)
    return countIn(await this.#engine.read(statements.count()))
  }

  /** One index orders the resources that have a value, and then, by id, those that have none. */
  async #segments(statements: ListStatements, { limit, offset, after }: ListQuery): Promise<Row[]> {
    const rows = after?.values[0] === null ? [] : [...(await this.#engine.read(statements.withValue()))]
    if (rows.length > limit) return rows
    const skipped = after || rows.length > 0 ? 0 : Math.max(0, offset - (offset > 0 ? await this.#countWithValue(statements) : 0))
    rows.push(...(await this.#engine.read(statements.withoutValue(limit + 1 - rows.length, skipped))))
    return rows
  }

  async #countWithValue(statements: ListStatements): Promise<number> {
    return countIn(await this.#engine.read(statements.countWithValue()))
  }

  async #scan(
    statements: ListStatements,
    served: ServedBy,
    query: ListQuery,
    prepared: Prepared,
    tenant: string
  ): Promise<Found> {
    const counted = query.count && served.kind !== 'everything'
    const parts: Statement[] = counted ? [statements.page(), statements.count()] : [statements.page()]
    const found = await this.#engine.scanner.scan(parts)
    const retryAfterS = Math.ceil(this.#engine.scanner.budgetMs / 1000)
    if (found === 'busy')
      throw new DomainError('tooManyScans', 'too many queries that no index serves are running; try again later', { retryAfterS })
    if (found === 'timeout') {
      const attributes =
        served.kind === 'scan' ? served.attributes : query.sort.map(({ path }) => path.segments.map(({ name }) => name).join('.'))
      throw new DomainError(
        'filterTooCostly',
        `no index serves this query; it would need one on ${attributes.join(' or ') || 'its attributes'}`,
        {
          attributes,
          retryAfterS
        }
      )
    }
    const [rows = [], counts] = found
    if (!query.count) return { rows }
    const total = counts ? countIn(counts) : await totalOf(prepared, tenant)
    return { rows, total: pageTotal(total, rows.length, query) }
  }

  #preparedFor(definition: ResourceDefinition): Prepared {
    let prepared = this.#prepared.get(definition.name)
    if (!prepared) {
      prepared = prepareFor(this.#engine, definition)
      this.#prepared.set(definition.name, prepared)
    }
    return prepared
  }
}

interface Prepared {
  readonly get: PreparedLookup
  readonly firstPage: PreparedRead
  readonly pageAfter: PreparedRead
  readonly total: PreparedRead
}

/** The statements of the hot paths. The numbers stand for the values of each run. */
function prepareFor(engine: Engine, definition: ResourceDefinition): Prepared {
  const table = sql.table(tableOf(definition))
  const document = engine.documentText('r.document')
  const columns = sql`r.id, r.revision, ${document}, ${engine.totalOf(0, definition.name)}`
  return {
    get: engine.prepareLookup(sql`select r.revision, ${document} from ${table} as r where r.tenant = ${0} and r.id = ${1}`),
    firstPage: engine.prepare(sql`select ${columns} from ${table} as r where r.tenant = ${0} order by r.id limit ${1}`),
    pageAfter: engine.prepare(
      sql`select ${columns} from ${table} as r where r.tenant = ${0} and r.id > ${1} order by r.id limit ${2}`
    ),
    total: engine.prepare(sql`select ${engine.totalOf(0, definition.name)}`)
  }
}

function storedAs(id: string, row: Row | undefined): StoredResource | undefined {
  return row && { id, revision: row[0] as number, document: row[1] as string }
}

async function totalOf(prepared: Prepared, tenant: string): Promise<number> {
  return countIn(await prepared.total(tenant))
}

function countIn(rows: readonly Row[]): number {
  return Number(rows[0]?.[0] ?? 0)
}

/** Whether an index gives the order: that of the ids, or of one single-valued indexed attribute. */
function isByIndex(sort: readonly SortKey[], { indexed }: QueryContext): boolean {
  const [key, ...more] = sort
  return !key || (more.length === 0 && indexFor(key.path, indexed)?.many === false)
}

function nextPosition(last: StoredResource, sort: readonly SortKey[]) {
  return sort.length === 0 ? { values: [], id: last.id } : positionOf(JSON.parse(last.document) as Resource, sort)
}
