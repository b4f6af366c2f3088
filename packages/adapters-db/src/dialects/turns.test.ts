import t from 'tap'
import { Turns } from './turns.ts'

/** Parties that go until they are told to end. */
function world() {
  const begun: string[] = []
  const gates = new Map<string, () => void>()
  const turns = new Turns<string>(async items => {
    const name = items.join(' ')
    begun.push(name)
    await new Promise<void>(resolve => gates.set(name, resolve))
  })
  const settle = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
  }
  return {
    come: (name: string, ...things: string[]) => turns.take(things, name),
    end: async (name: string) => {
      gates.get(name)!()
      await settle()
    },
    begun: async () => {
      await settle()
      return begun.splice(0)
    }
  }
}

t.test('those who come for the same things together go together, others beside them', async t => {
  const { come, begun } = world()
  come('first', 'a', 'b')
  come('other', 'd')
  come('second', 'b', 'c')
  come('third', 'c')
  come('free')
  t.same(await begun(), ['first second third', 'other', 'free'])
})

t.test('who comes for what others have waits until they have ended, and goes with all who wait for it then', async t => {
  const { come, begun, end } = world()
  come('first', 'a')
  t.same(await begun(), ['first'])
  come('second', 'a', 'b')
  come('third', 'b')
  come('fourth', 'c')
  t.same(await begun(), ['fourth'], 'nobody goes before somebody who came earlier for the same')
  await end('first')
  t.same(await begun(), ['second third'])
})

t.test('who wants things of several parties waits for all of them', async t => {
  const { come, begun, end } = world()
  come('first', 'a')
  come('second', 'b')
  come('third', 'a', 'b')
  come('fourth', 'b')
  t.same(await begun(), ['first', 'second'])
  await end('first')
  t.same(await begun(), [])
  await end('second')
  t.same(await begun(), ['third fourth'])
})

t.test('no more than thirty-two go together', async t => {
  const { come, begun, end } = world()
  const names = Array.from({ length: 40 }, (_, index) => String(index))
  for (const name of names) come(name, 'a')
  t.same(await begun(), [names.slice(0, 32).join(' ')])
  await end(names.slice(0, 32).join(' '))
  t.same(await begun(), [names.slice(32).join(' ')])
})
