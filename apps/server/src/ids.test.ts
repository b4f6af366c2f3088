import t from 'tap'
import { uuidV7Ids } from './ids.ts'

t.test('ids are UUIDs of version 7 that ascend, however many are made in a millisecond, and name the time', async t => {
  const before = Date.now()
  const ids = Array.from({ length: 20_000 }, () => uuidV7Ids.next())
  t.ok(ids.every(id => /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id)))
  t.ok(ids.every((id, index) => index === 0 || id > ids[index - 1]!))
  const made = Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16)
  t.ok(made >= before && made <= Date.now())
  t.equal(new Set(ids.map(id => id.slice(24))).size, ids.length, 'the rest is random each time')
})
