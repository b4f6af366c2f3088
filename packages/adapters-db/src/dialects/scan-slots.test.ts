import t from 'tap'
import { ScanSlots } from './scan-slots.ts'

/** Work that ends when it is told to. */
function aScan() {
  let end = () => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  let hasStarted = false
  const work = async () => {
    hasStarted = true
    await ended
    return 'done' as const
  }
  return { work, end: () => end(), hasStarted: () => hasStarted }
}

t.test('so many scans run at once, the others in their order when there is room', async t => {
  const slots = new ScanSlots({ maxScans: 2, scanPatienceMs: 60_000 })
  const scans = [aScan(), aScan(), aScan(), aScan()]
  const results = scans.map(each => slots.run(each.work))
  const started = async () => {
    await new Promise(setImmediate)
    return scans.map(each => each.hasStarted())
  }
  t.same(await started(), [true, true, false, false])
  scans[1]!.end()
  t.same(await started(), [true, true, true, false])
  scans[0]!.end()
  t.same(await started(), [true, true, true, true])
  for (const each of scans) each.end()
  t.same(await Promise.all(results), ['done', 'done', 'done', 'done'])
})

t.test('who waits too long is refused, and does not keep the room from others', async t => {
  const slots = new ScanSlots({ maxScans: 1, scanPatienceMs: 1 })
  const [long, impatient, later] = [aScan(), aScan(), aScan()]
  const first = slots.run(long.work)
  t.equal(await slots.run(impatient.work), 'busy')
  t.notOk(impatient.hasStarted())
  long.end()
  later.end()
  t.equal(await first, 'done')
  t.equal(await slots.run(later.work), 'done')
})

t.test('without patience nobody waits, and not more than can be served in time', async t => {
  const impatient = new ScanSlots({ maxScans: 1, scanPatienceMs: 0 })
  const [running, other] = [aScan(), aScan()]
  const first = impatient.run(running.work)
  t.equal(await impatient.run(other.work), 'busy')
  running.end()
  await first
  const slots = new ScanSlots({ maxScans: 1, scanPatienceMs: 60_000 })
  const scans = Array.from({ length: 102 }, aScan)
  const results = scans.map(each => slots.run(each.work))
  t.equal(await results.at(-1), 'busy')
  for (const each of scans) each.end()
  t.equal((await Promise.all(results)).filter(each => each === 'done').length, 101)
})

t.test('a scan that fails makes room too', async t => {
  const slots = new ScanSlots({ maxScans: 1, scanPatienceMs: 0 })
  await t.rejects(
    slots.run(() => Promise.reject(new Error('no'))),
    /no/
  )
  t.equal(await slots.run(async () => 'done' as const), 'done')
})
