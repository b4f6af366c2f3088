import { type Customer, customerDefinition, resourceIn, type StoredResource, type Transaction } from '@crm-lite/domain'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import t from 'tap'
import { RecentResources } from './dialects/recent-resources.ts'
import { SqliteConnection } from './dialects/sqlite-connection.ts'
import { SqliteWriter } from './dialects/sqlite-writer.ts'
import { openDatabase } from './index.ts'
import { WriteSet } from './write-set.ts'

const clock = { now: () => new Date() }
const IDS = ['a', 'b', 'c'] as const
type Id = (typeof IDS)[number]

/** What a piece of work does with one customer, by which of two processes; those of a group are done at once. */
interface Piece {
  readonly by: 'one' | 'other'
  readonly id: Id
  readonly does: 'count' | 'delete' | 'giveUp' | 'replaceWhatIsGone'
}

const piece: fc.Arbitrary<Piece> = fc.record({
  by: fc.constantFrom('one', 'one', 'one', 'other'),
  id: fc.constantFrom(...IDS),
  does: fc.constantFrom('count', 'count', 'count', 'delete', 'giveUp', 'replaceWhatIsGone')
})

class GivenUp extends Error {}

/** Counts in the customer's name, so that whoever reads something old counts wrong or is refused. */
async function work(transaction: Transaction, { id, does }: Piece): Promise<void> {
  const stored = await transaction.get(customerDefinition, id)
  if (!stored) {
    transaction.insert(customerDefinition, { id, name: '1' } as Customer)
    return
  }
  const { name } = resourceIn<Customer>(stored)
  switch (does) {
    case 'delete':
      transaction.delete(customerDefinition, stored)
      return
    case 'replaceWhatIsGone':
      transaction.update(customerDefinition, { ...stored, revision: stored.revision + 7 }, { id, name: 'wrong' } as Customer)
      return
    default:
      transaction.update(customerDefinition, stored, { id, name: String(Number(name) + 1) } as Customer)
      if (does === 'giveUp') throw new GivenUp()
  }
}

t.test('SQLite: work reads what is stored, whatever others have written or could not write', async t => {
  let files = 0
  const folder = t.testdir()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(piece, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 }), async groups => {
      const file = `${folder}/${files++}.db`
      const open = () => openDatabase({ url: `sqlite:${file}`, clock, exclusive: false })
      const processes = { one: await open(), other: await open() }
      const raw = new Sqlite(file, { readonly: true })
      try {
        for (const group of groups) {
          const before = new Map(IDS.map(id => [id, storedIn(raw, id)]))
          const done = await Promise.allSettled(
            group.map(each => processes[each.by].unitOfWork.run('default', transaction => work(transaction, each)))
          )
          for (const each of IDS) {
            const ofIt = group.flatMap((piece, index) =>
              piece.id === each ? [{ piece, isDone: done[index]!.status === 'fulfilled' }] : []
            )
            const counted = ofIt.every(({ piece: { does } }) => does !== 'delete')
            const stored = storedIn(raw, each)
            if (counted && stored) {
              const steps = ofIt.filter(({ isDone }) => isDone).length
              const from = Number((before.get(each) && resourceIn<Customer>(before.get(each)!).name) ?? 0)
              if (resourceIn<Customer>(stored).name !== String(from + steps)) return false
            }
            for (const database of Object.values(processes)) {
              const read = await database.unitOfWork.run('default', transaction => transaction.get(customerDefinition, each))
              if (JSON.stringify(read) !== JSON.stringify(stored)) return false
              if (read && JSON.stringify(resourceIn(read)) !== read.document) return false
            }
          }
          const failed = done.filter(each => each.status === 'rejected').map(({ reason }) => reason)
          if (failed.some(reason => !(reason instanceof GivenUp) && reason.code !== 'staleRevision')) return false
        }
        return true
      } finally {
        raw.close()
        await Promise.all(Object.values(processes).map(({ close }) => close()))
      }
    }),
    { numRuns: 40, seed: 5 }
  )
  t.pass()
})

function storedIn(raw: Sqlite.Database, id: Id): StoredResource | undefined {
  return raw.prepare(`select id, revision, document from customer where id = ?`).get(id) as StoredResource | undefined
}

t.test('SQLite: what a full database has undone by itself is forgotten', async t => {
  const file = `${t.testdir()}/crm.db`
  await (await openDatabase({ url: `sqlite:${file}`, clock, exclusive: false })).close()
  const connection = new SqliteConnection(file, { readonly: false })
  t.teardown(() => connection.close())
  const writer = new SqliteWriter({ connection, clock, newWriteSet: tenant => new WriteSet(tenant, {}) })
  const insert = (id: string, name: string) =>
    writer.run('default', async (_reader, writes) => writes.insert(customerDefinition, { id, name } as Customer))
  const before = await insert('known', 'before')
  const rename = (stored: StoredResource, name: string) =>
    writer.run('default', async (_reader, writes) => writes.update(customerDefinition, stored, { id: 'known', name } as Customer))
  const stored = await rename(before, 'stored')
  const [[pages] = []] = connection.all({ sql: 'pragma page_count', parameters: [] })
  connection.all({ sql: `pragma max_page_count = ${pages}`, parameters: [] })
  const refused = await Promise.allSettled([
    rename(stored, 'undone'),
    insert('new', 'new'),
    insert('long', 'x'.repeat(1_000_000))
  ])
  t.same(
    refused.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected']
  )
  const known = (id: string) => writer.run('default', async ({ recent }) => recent?.get('customer', 'default', id))
  t.same([await known('new'), await known('known')], [undefined, undefined])
})

t.test('some hundred are remembered, not all; not those that are very long', t => {
  const recent = new RecentResources()
  const stored = (id: string, document = '{}') => ({ id, revision: 1, document })
  for (let n = 0; n < 2_000; n++) recent.keep('customer', 'default', stored(`${n}`))
  t.same(recent.get('customer', 'default', '1999'), stored('1999'))
  t.equal(recent.get('customer', 'default', '0'), undefined)
  t.equal(recent.get('customer', 'another', '1999'), undefined)
  t.equal(recent.get('individual', 'default', '1999'), undefined)
  recent.keep('customer', 'default', stored('1999', ' '.repeat(100_000)))
  t.equal(recent.get('customer', 'default', '1999'), undefined, 'nor what it was before')
  recent.forget('customer', 'default', '1998')
  t.equal(recent.get('customer', 'default', '1998'), undefined)
  t.ok(recent.get('customer', 'default', '1997'))
  recent.forgetAll()
  t.equal(recent.get('customer', 'default', '1997'), undefined)
  t.end()
})
