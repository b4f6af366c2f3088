import t from 'tap'
import { defaultStateMap, meaningOf, standardState } from './state-map.ts'

t.test('a state of the standard means the same in whatever letters it is told', async t => {
  for (const [state, meaning] of Object.entries(defaultStateMap)) {
    for (const told of [state, state.charAt(0).toUpperCase() + state.slice(1), state.toUpperCase(), state.toLowerCase()]) {
      t.equal(meaningOf(told), meaning, told)
      t.equal(standardState(told), state, told)
    }
  }
})

t.test('what the standard does not know means nothing, and stays as it was told', async t => {
  for (const told of ['Weird', 'in progress', '', 'toString', '__proto__', 'CONSTRUCTOR']) {
    t.equal(meaningOf(told), undefined, told)
    t.equal(standardState(told), told, told)
  }
  t.equal(meaningOf('toString', {}), undefined)
})

t.test('what a rule says comes first: as it is written, then in other letters', async t => {
  const byRule = { Partial: 'inProgress', scheduled: 'waiting' } as const
  t.equal(meaningOf('Partial', byRule), 'inProgress')
  t.equal(meaningOf('partial', byRule), 'inProgress', 'before the standard')
  t.equal(meaningOf('SCHEDULED', byRule), 'waiting')
  t.equal(meaningOf('Rejected', byRule), 'failed')
  const exact = { HELD: 'failed', Held: 'cancelling', held: 'waiting' } as const
  t.same([meaningOf('HELD', exact), meaningOf('Held', exact), meaningOf('held', exact)], ['failed', 'cancelling', 'waiting'])
  t.equal(meaningOf('held', undefined, {}), 'held', 'where no map knows it, the standard does')
})
