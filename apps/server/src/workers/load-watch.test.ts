import t from 'tap'
import { LoadWatch } from './load-watch.ts'

t.test('requests wait when more than a few were under way lately', async t => {
  let now = 0
  let servedMs = 0
  const watch = new LoadWatch(() => now)
  t.equal(watch.isBusy(), false)
  watch.watch(() => servedMs)
  const after = (ms: number, underWay: number) => {
    now += ms
    servedMs += ms * underWay
    return watch.isBusy()
  }
  t.equal(after(200, 1), false, 'one client after the other')
  t.equal(after(200, 64), true, 'many at the same time')
  t.equal(after(50, 0), true, 'so short a pause says nothing')
  t.equal(after(200, 0), false)
  t.equal(after(60_000, 2), false, 'a few in a long time')
})
