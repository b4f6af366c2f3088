import { type Customer, customerDefinition, type Filter, type SortKey, tiesDescend } from '@crm-lite/domain'
import SqliteDatabase from 'better-sqlite3'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql
} from 'kysely'
import pg from 'pg'
import { compileFilter } from '../compile-filter.ts'
import type { JsonSql } from '../dialects/json-sql.ts'
import { postgresFunctions } from '../dialects/postgres-functions.ts'
import { postgresJson } from '../dialects/postgres-json.ts'
import { registerFunctions } from '../dialects/sqlite-functions.ts'
import { sqliteJson } from '../dialects/sqlite-json.ts'
import type { QueryContext } from '../indexes.ts'
import { linksOf } from '../links.ts'
import { sortExpression } from '../sort-expression.ts'

export interface CompiledQuery {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A table of customers and its link table, just enough of them to ask with filters, and nothing between a query and its engine. */
export interface FilterTables {
  readonly context: QueryContext
  compile(query: RawBuilder<unknown>): CompiledQuery
  all(query: RawBuilder<unknown>): Promise<unknown[][]>
  /** Puts customers in the place of those that were there. */
  replace(customers: readonly Customer[]): Promise<void>
  /** How the engine goes about a query, line by line, when it has fresh statistics and reading the whole table is no way out. */
  explain(query: RawBuilder<unknown>): Promise<string[]>
  close(): Promise<void>
}

export const sqliteCompiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: database => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler()
  }
})

const postgresCompiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: database => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler()
  }
})

function contextOf(json: JsonSql): QueryContext {
  return { definition: customerDefinition, table: 'customer', tenant: 'default', indexed: customerDefinition.indexed, json }
}

/** Asks for the ids of the customers that match, in their order. */
export function idsOf(filter: Filter, sort: readonly SortKey[], context: QueryContext): RawBuilder<unknown> {
  const keys = sort.flatMap(({ path, descending }) => {
    const key = sortExpression(path, context)
    return [sql`${key} is null`, descending ? sql`${key} desc` : key]
  })
  const order = sql.join([...keys, tiesDescend(sort) ? sql`r.id desc` : sql`r.id`])
  return sql`select r.id from customer r where r.tenant = 'default' and ${compileFilter(filter, context)} order by ${order}`
}

function linksOfAll(customers: readonly Customer[]): string {
  return JSON.stringify(customers.flatMap(customer => linksOf(customerDefinition, customer)))
}

export async function sqliteTables(): Promise<FilterTables> {
  const database = new SqliteDatabase(':memory:')
  registerFunctions(database)
  const generated = (name: string, path: string) =>
    `${name} text generated always as (case when json_type(document, '${path}') = 'text' then json_extract(document, '${path}') end) virtual`
  database.exec(`
    create table customer (tenant text not null, id text not null, revision integer not null default 1, document text not null,
      ${generated('name', '$.name')}, ${generated('status', '$.status')}, ${generated('engaged_party_id', '$.engagedParty.id')},
      primary key (tenant, id)) strict;
    create index customer_name on customer (tenant, name, id);
    create index customer_status on customer (tenant, status, id);
    create table customer_link (tenant text not null, attribute text not null, value text not null, id text not null,
      primary key (tenant, attribute, value, id)) strict, without rowid`)
  const insert = database.prepare(
    `insert into customer (tenant, id, document) select 'default', value ->> 'id', value from json_each(?)`
  )
  const link = database.prepare(
    `insert into customer_link select 'default', value ->> 'attribute', value ->> 'value', value ->> 'id' from json_each(?)`
  )
  const compile = (query: RawBuilder<unknown>) => query.compile(sqliteCompiler)
  return {
    context: contextOf(sqliteJson),
    compile,
    all: async query => {
      const compiled = compile(query)
      return database
        .prepare(compiled.sql)
        .raw(true)
        .all(...compiled.parameters) as unknown[][]
    },
    replace: async customers => {
      database.exec('delete from customer; delete from customer_link')
      insert.run(JSON.stringify(customers))
      link.run(linksOfAll(customers))
    },
    explain: async query => {
      const compiled = compile(query)
      database.exec('analyze')
      const lines = database
        .prepare<unknown[], { detail: string }>(`explain query plan ${compiled.sql}`)
        .all(...compiled.parameters)
      return lines.map(({ detail }) => detail)
    },
    close: async () => {
      database.close()
    }
  }
}

export async function postgresTables(url: string): Promise<FilterTables> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of postgresFunctions) await client.query(statement)
  const generated = (name: string, path: string) =>
    `${name} text collate "C" generated always as (case when jsonb_typeof(document #> '${path}') = 'string' then document #>> '${path}' end) stored`
  await client.query(`
    create table customer (tenant text collate "C" not null, id text collate "C" not null, revision integer not null default 1, document jsonb not null,
      ${generated('name', '{name}')}, ${generated('status', '{status}')}, ${generated('engaged_party_id', '{engagedParty,id}')},
      primary key (tenant, id));
    create index customer_name on customer (tenant, name, id);
    create index customer_status on customer (tenant, status, id);
    create table customer_link (tenant text collate "C" not null, attribute text collate "C" not null, value text collate "C" not null,
      id text collate "C" not null, primary key (tenant, attribute, value, id))`)
  const compile = (query: RawBuilder<unknown>) => query.compile(postgresCompiler)
  return {
    context: contextOf(postgresJson),
    compile,
    all: async query => {
      const compiled = compile(query)
      return (await client.query({ text: compiled.sql, values: [...compiled.parameters], rowMode: 'array' })).rows as unknown[][]
    },
    replace: async customers => {
      await client.query('delete from customer; delete from customer_link')
      await client.query(
        `insert into customer (tenant, id, document) select 'default', value ->> 'id', value from jsonb_array_elements($1::jsonb)`,
        [JSON.stringify(customers)]
      )
      await client.query(
        `insert into customer_link select 'default', value ->> 'attribute', value ->> 'value', value ->> 'id'
          from jsonb_array_elements($1::jsonb)`,
        [linksOfAll(customers)]
      )
    },
    explain: async query => {
      const compiled = compile(query)
      await client.query('analyze; begin; set local enable_seqscan = off')
      const { rows } = await client.query<string[]>({
        text: `explain ${compiled.sql}`,
        values: [...compiled.parameters],
        rowMode: 'array'
      })
      await client.query('rollback')
      return rows.map(([line]) => line ?? '')
    },
    close: () => client.end()
  }
}
