import { type Resource, type ResourceDefinition, resourceDefinitions, type StoredResource } from '@crm-lite/domain'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { type RawBuilder, sql } from 'kysely'
import t from 'tap'
import { migrationDialect } from './dialects/sqlite.ts'
import { columnsOf } from './dialects/sqlite-columns.ts'
import { registerFunctions } from './dialects/sqlite-functions.ts'
import { openDatabase } from './index.ts'
import { migrations } from './migrations/index.ts'
import { type MigrationRunner, migrate } from './migrations/migrate.ts'
import { resourceTable } from './migrations/resource-table.ts'
import { tableOf } from './table-names.ts'
import { sqliteCompiler } from './testing/filter-tables.ts'

const clock = { now: () => new Date() }
const SEED = 4

/** A document in which the indexed attributes are of any type, often that which they should be. */
function documentOf(definition: ResourceDefinition): fc.Arbitrary<Record<string, unknown>> {
  const text = fc.constantFrom('acknowledged', 'Ünïcode 🙂', '', "it's", '2026-03-01T01:00:00+01:00', '2026-03-01', '12')
  const value = fc.oneof({ weight: 4, arbitrary: text }, fc.constantFrom(7, 1.5, true, null, { id: 'x' }, ['x'], [{ id: 'x' }]))
  const singles = definition.indexed.filter(({ many }) => !many)
  return fc
    .tuple(...singles.map(() => fc.option(value, { nil: undefined })))
    .map(values => singles.reduce<Record<string, unknown>>((node, { path }, index) => withValue(node, path, values[index]), {}))
}

function withValue(node: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.')
  if (value === undefined) return node
  if (rest.length === 0) return { ...node, [name]: value }
  const inner = node[name]
  const holder = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {}
  return { ...node, [name]: withValue(holder, rest.join('.'), value) }
}

/** Of each resource type some, with ids of their own. */
const resources = resourceDefinitions.flatMap(definition =>
  fc
    .sample(documentOf(definition), { numRuns: 40, seed: SEED })
    .map((document, index): { definition: ResourceDefinition; resource: Resource } => ({
      definition,
      resource: { ...document, id: `${index}` }
    }))
)

function runnerOn(database: Sqlite.Database): MigrationRunner {
  return {
    dialect: migrationDialect,
    exclusively: work =>
      work(async statement => {
        const { sql: text, parameters } = statement.compile(sqliteCompiler)
        const prepared = database.prepare<unknown[]>(text)
        if (prepared.reader) return prepared.raw(true).all(...parameters) as unknown[][]
        prepared.run(...parameters)
        return []
      })
  }
}

/** The values of the columns of a row, as they are stored. */
function storedColumns(database: Sqlite.Database, definition: ResourceDefinition, id: string): unknown[] {
  const names = columnsOf(definition).map(({ name }) => `"${name}"`)
  if (names.length === 0) return []
  const row = database
    .prepare(`select ${names.join(', ')} from "${tableOf(definition)}" where id = ?`)
    .raw(true)
    .get(id)
  return row as unknown[]
}

t.test('columns that the engine computed before hold the same afterwards, as they do when we write them', async t => {
  const database = new Sqlite(':memory:')
  t.teardown(() => database.close())
  registerFunctions(database)
  const turn = migrations.findIndex(({ name }) => name === '0011-written-columns')
  await migrate(runnerOn(database), migrations.slice(0, turn))
  for (const { definition, resource } of resources) {
    database
      .prepare(`insert into "${tableOf(definition)}" (tenant, id, revision, document) values ('default', ?, 1, ?)`)
      .run(resource.id, JSON.stringify(resource))
  }
  const computed = resources.map(({ definition, resource }) => storedColumns(database, definition, resource.id))
  t.ok(computed.flat().some(value => value !== null))
  await migrate(runnerOn(database))
  const filled = resources.map(({ definition, resource }) => storedColumns(database, definition, resource.id))
  t.same(filled, computed)
  t.same(
    resources.map(({ definition, resource }) => columnsOf(definition).map(({ valueIn }) => valueIn(resource))),
    computed
  )
})

t.test('the engine computes none of them any more, and each has its index', async t => {
  const database = new Sqlite(':memory:')
  t.teardown(() => database.close())
  registerFunctions(database)
  await migrate(runnerOn(database))
  for (const definition of resourceDefinitions) {
    const table = tableOf(definition)
    const columns = database.prepare('select name, hidden from pragma_table_xinfo(?)').raw(true).all(table) as [string, number][]
    const indexes = database.prepare('select name from pragma_index_list(?)').pluck().all(table)
    for (const { name } of columnsOf(definition)) {
      t.same(
        columns.filter(([column]) => column === name),
        [[name, 0]],
        `${table}.${name}`
      )
      t.ok(indexes.includes(`${table}_${name}`), `the index of ${table}.${name}`)
    }
  }
})

t.test('a table that is made from now on has them written, too', async t => {
  const database = new Sqlite(':memory:')
  t.teardown(() => database.close())
  const statements = resourceTable(migrationDialect, 'meter', { state: 'state', read_at: ['readAt', 'dateTime'] })
  await runnerOn(database).exclusively(async run => {
    for (const statement of statements) await run(statement)
  })
  database.exec("insert into meter values ('default', '1', 1, '{}', 'on', '2026-03-01T00:00:00.000Z')")
  t.same(database.prepare('select name from pragma_index_list(?) where name like ?').pluck().all('meter', 'meter_%'), [
    'meter_read_at',
    'meter_state'
  ])
})

t.test('whatever was changed, the columns are those of the document', async t => {
  const url = `sqlite:${t.testdir()}/crm.db`
  const { unitOfWork, close } = await openDatabase({ url, clock, exclusive: true })
  const changes = (definition: ResourceDefinition) =>
    fc.sample(fc.array(documentOf(definition), { minLength: 1, maxLength: 4 }), { numRuns: 25, seed: SEED })
  for (const definition of resourceDefinitions) {
    for (const [index, documents] of changes(definition).entries()) {
      const id = `c${index}`
      let stored: StoredResource | undefined
      for (const document of documents) {
        const resource: Resource = { ...document, id }
        const current = stored
        stored = await unitOfWork.run('default', async transaction =>
          current ? transaction.update(definition, current, resource) : transaction.insert(definition, resource)
        )
      }
    }
  }
  await close()
  const database = new Sqlite(url.slice('sqlite:'.length), { readonly: true })
  registerFunctions(database)
  for (const definition of resourceDefinitions) {
    for (const { name, path, type } of definition.indexed.filter(({ many }) => !many)) {
      const { value }: { value: RawBuilder<unknown> } = migrationDialect.columnOf(path, type)
      const differing = sql`select count(*) from ${sql.table(tableOf(definition))} where ${sql.ref(name)} is not (${value})`
      const { sql: text } = differing.compile(sqliteCompiler)
      t.equal(database.prepare(text).pluck().get(), 0, `${definition.name}.${path}`)
    }
  }
  database.close()
})
