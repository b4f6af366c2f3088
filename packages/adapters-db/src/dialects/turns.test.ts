import t from 'tap'
import { Turns } from './turns.ts'

t.test('those who want the same thing take turns, others do not wait', async t => {
  const turns = new Turns()
  const happened: string[] = []
  const gates = new Map<string, () => void>()
  const begin = (name: string, things: string[]) =>
    turns.take(things, async () => {
      happened.push(`${name} begins`)
      await new Promise<void>(resolve => gates.set(name, resolve))
      happened.push(`${name} ends`)
    })
  const end = async (name: string) => {
    while (!gates.has(name)) await new Promise(resolve => setImmediate(resolve))
    gates.get(name)?.()
  }
  const first = begin('first', ['a', 'b'])
  const second = begin('second', ['b', 'c'])
  const third = begin('third', ['c'])
  const other = begin('other', ['d'])
  await end('other')
  await other
  t.same(happened, ['first begins', 'other begins', 'other ends'])
  await end('first')
  await end('second')
  await end('third')
  await Promise.all([first, second, third])
  t.same(happened.slice(3), ['first ends', 'second begins', 'second ends', 'third begins', 'third ends'])
})

t.test('whoever fails does not keep the next one from its turn', async t => {
  const turns = new Turns()
  const failed = turns.take(['a'], () => Promise.reject(new Error('it failed')))
  const next = turns.take(['a'], async () => 'done')
  await t.rejects(failed, { message: 'it failed' })
  t.equal(await next, 'done')
})
