import { type Customer, type Filter, type ListQuery, segmentsOf } from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import t from 'tap'
import { ListStatements } from './list-statements.ts'
import { servedBy } from './served-by.ts'
import { postgresTables, sqliteTables } from './testing/filter-tables.ts'
import { startPostgres } from './testing/index.ts'

const server = await startPostgres()
const engines = { SQLite: await sqliteTables(), PostgreSQL: await postgresTables(await server.createDatabase()) }
t.teardown(async () => {
  for (const tables of Object.values(engines)) await tables.close()
  await server.stop()
})

const customers = Array.from({ length: 3_000 }, (_, index) => ({
  id: `id-${String(index).padStart(4, '0')}`,
  name: `name ${index}`,
  contactMedium: [{ characteristic: { emailAddress: index % 100 === 0 ? 'shared@example.com' : `${index}@example.com` } }]
})) as unknown as Customer[]

const byEmail: Filter = {
  kind: 'in',
  path: { type: 'string', segments: segmentsOf('contactMedium.characteristic.emailAddress') },
  values: ['shared@example.com']
}
const queries: Record<string, Partial<ListQuery>> = {
  'one value among many': { filter: byEmail },
  'the same, further on': { filter: byEmail, offset: 10 },
  'far from the start': { offset: 2_000 }
}

for (const [engine, tables] of Object.entries(engines)) {
  t.test(`${engine} finds the resources of a page by their ids`, async t => {
    await tables.replace(customers)
    for (const [name, part] of Object.entries(queries)) {
      const query: ListQuery = { filter: { kind: 'and', filters: [] }, sort: [], limit: 20, offset: 0, count: true, ...part }
      const built: RawBuilder<unknown>[] = []
      const compiler = {
        compile: (statement: RawBuilder<unknown>) => {
          built.push(statement)
          return tables.compile(statement)
        },
        documentText: (column: string) => sql<string>`${sql.ref(column)}`
      }
      const { context } = tables
      new ListStatements(compiler, context, query, servedBy(query.filter, context)).page()
      const plan = (await tables.explain(built.at(-1)!)).join('\n')
      t.match(plan, /SEARCH r USING INDEX \w+ \(tenant=\? AND id=\?\)|Index Cond: .*id = /, `${name}: ${plan}`)
    }
  })
}
