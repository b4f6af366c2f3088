import t from 'tap'
import { canMove, checkTransitions, isFinal, pathBetween, stateMachine, type Transitions } from './transitions.ts'

type Lamp = 'off' | 'on' | 'broken'
const lamp = { off: ['on'], on: ['off', 'broken'], broken: [] } as const satisfies Transitions<Lamp>

const refusedByTheCompiler = [
  // @ts-expect-error a state is missing
  { off: ['on'], on: ['off'] } as const satisfies Transitions<Lamp>,
  // @ts-expect-error a target is unknown
  { off: ['on'], on: ['dim'], broken: [] } as const satisfies Transitions<Lamp>,
  // @ts-expect-error a state leads to itself
  { off: ['off', 'on'], on: ['broken'], broken: [] } as const satisfies Transitions<Lamp>,
  // @ts-expect-error a state too many
  { off: ['on'], on: ['broken'], broken: [], dim: [] } as const satisfies Transitions<Lamp>
]

t.test('the compiler refuses tables with missing states, unknown targets and loops', async t => {
  t.equal(refusedByTheCompiler.length, 4, 'each is marked as an error that the compiler must find')
})

t.test('a table that is right has no problems', async t => {
  t.same(checkTransitions(lamp, 'off'), [])
})

t.test('what the compiler does not see is found at start', async t => {
  t.same(checkTransitions({ off: [], on: ['off'] }, 'off'), ['on cannot be reached'])
  t.same(checkTransitions({ off: ['dim', 'on'], on: [] }, 'off'), ['off leads to dim, which is unknown'])
  t.same(checkTransitions({ off: ['off', 'on', 'on'], on: [] }, 'off'), ['off leads to itself', 'off names a target twice'])
  t.same(checkTransitions({ off: ['on'], on: ['off'] }, 'off'), ['off leads to no final state', 'on leads to no final state'])
  t.match(checkTransitions({ off: [] }, 'on'), ['the initial state on is unknown'])
})

t.test('a broken machine does not start', async t => {
  t.throws(
    () => stateMachine<Lamp>({ name: 'a lamp', initial: 'broken', transitions: lamp }),
    new Error('The states of a lamp are broken: off cannot be reached; on cannot be reached')
  )
})

t.test('a machine says what may follow, and how to get there', async t => {
  const machine = stateMachine<Lamp>({ name: 'a lamp', initial: 'off', transitions: lamp })
  t.ok(canMove(machine, 'on', 'broken'))
  t.notOk(canMove(machine, 'off', 'broken'))
  t.same([isFinal(machine, 'broken'), isFinal(machine, 'on')], [true, false])
  t.same(pathBetween(machine, 'off', 'broken'), ['on', 'broken'])
  t.same(pathBetween(machine, 'on', 'on'), [])
  t.equal(pathBetween(machine, 'broken', 'off'), undefined)
  t.equal(
    pathBetween(machine, 'off', 'broken', (_, to) => to !== 'broken'),
    undefined
  )
})
