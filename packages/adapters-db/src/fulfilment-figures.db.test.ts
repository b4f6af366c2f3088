import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FalloutKind, falloutDefinition, raiseFallout, resolveFallout } from '@crm-lite/domain'
import t from 'tap'
import { openDatabase } from './index.ts'
import { startPostgres } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'crm-fulfilment-'))
const server = await startPostgres()
t.teardown(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const engines = { SQLite: async () => `sqlite:${join(folder, 'a.db')}`, PostgreSQL: () => server.createDatabase() }

for (const [name, newUrl] of Object.entries(engines)) {
  t.test(`on ${name} open fallout is counted by kind and age, with the date of the oldest, and what waits`, async t => {
    const database = await openDatabase({ url: await newUrl(), clock: { now: () => new Date() }, exclusive: true })
    t.teardown(() => database.close())
    t.same(await database.fulfilmentFigures('default'), { waiting: 0, fallout: [] })

    const fallout = (id: string, kind: FalloutKind, raisedAt: string) =>
      raiseFallout(
        id,
        {
          productOrder: { id: 'order' },
          item: { id: '1' },
          fulfilment: { id: 'order:1:1', attempt: 1 },
          kind,
          step: 'follow',
          message: 'It failed'
        },
        { now: new Date(raisedAt), actor: 'crm' }
      )
    const records = [
      fallout('a', 'failedAtFms', '2026-03-02T10:00:00.500Z'),
      { ...fallout('b', 'failedAtFms', '2026-03-01T10:00:00.000Z'), status: 'assigned' as const },
      resolveFallout(fallout('c', 'failedAtFms', '2026-02-01T10:00:00.000Z'), 'healed', { now: new Date(), actor: 'crm' }),
      fallout('d', 'timeout', '2026-03-03T10:00:00.000Z')
    ]
    await database.unitOfWork.run('default', async transaction => {
      for (const record of records) transaction.insert(falloutDefinition, record)
      transaction.schedule({ kind: 'acceptOrder', id: 'order', dueAt: '2026-03-01T00:00:00.000Z' })
      for (const id of ['order:1:1', 'order:2:1']) transaction.schedule({ kind: 'fulfil', id, dueAt: '2026-03-01T00:00:00.000Z' })
    })
    const instants = ['2026-03-02T11:00:00.500+01:00', '2026-03-02', '2026-01-01T00:00:00Z'].map(each => new Date(each))
    const { waiting, fallout: open } = await database.fulfilmentFigures('default', instants)
    t.equal(waiting, 2)
    t.same(
      [...open]
        .map(each => ({ ...each, oldestRaisedAt: new Date(each.oldestRaisedAt).toISOString() }))
        .sort((a, b) => a.kind.localeCompare(b.kind)),
      [
        { kind: 'failedAtFms', open: 2, oldestRaisedAt: '2026-03-01T10:00:00.000Z', openSince: [1, 1, 2] },
        { kind: 'timeout', open: 1, oldestRaisedAt: '2026-03-03T10:00:00.000Z', openSince: [1, 1, 1] }
      ]
    )
    const later = [new Date('2026-03-02T10:00:00.501Z')]
    t.match((await database.fulfilmentFigures('default', later)).fallout.map(({ openSince }) => openSince).sort(), [[0], [1]])
    t.same((await database.fulfilmentFigures('other')).fallout, [])
  })
}
