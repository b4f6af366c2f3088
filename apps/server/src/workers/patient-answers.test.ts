import { setTimeout as pause } from 'node:timers/promises'
import type { Fulfilment } from '@crm-lite/domain'
import t from 'tap'
import { PatientAnswers } from './patient-answers.ts'

const PATIENCE_MS = 30
const LONG_PATIENCE_MS = 600_000

function world(patienceMs: number, lookEveryMs = LONG_PATIENCE_MS) {
  const warnings: string[] = []
  const log = { info: () => undefined, warn: (_fields: object, text: string) => void warnings.push(text) }
  return { warnings, answers: new PatientAnswers({ log, patienceMs, lookEveryMs }) }
}

const notOvertaken = async () => false
const sent = { id: '1', state: 'sent' } as Fulfilment

t.test('what waits is known as it was sent, until something says more', async t => {
  const { answers } = world(LONG_PATIENCE_MS)
  answers.storeLater('1', { sent, isOvertaken: notOvertaken, store: async () => undefined })
  t.equal(answers.justSent('1'), sent)
  answers.overtaken('1')
  t.equal(answers.justSent('1'), undefined)
  await answers.stop()
})

t.test('the answer that something was taken lets callbacks go ahead', async t => {
  const { answers } = world(PATIENCE_MS)
  const startedMs = performance.now()
  const waitedMs = await new Promise<number>(resolve =>
    answers.storeLater('1', { sent, isOvertaken: notOvertaken, store: async () => resolve(performance.now() - startedMs) })
  )
  t.ok(waitedMs >= PATIENCE_MS - 2)
})

t.test('who stops stores what waits, and does not wait any longer', async t => {
  const { answers } = world(LONG_PATIENCE_MS)
  let stored = 0
  for (let n = 0; n < 3; n++) {
    const store = async () => {
      await pause(1)
      stored++
    }
    answers.storeLater(`${n}`, { sent, isOvertaken: notOvertaken, store })
  }
  await answers.stop()
  t.equal(stored, 3)
})

t.test("an answer that cannot be stored is in nobody else's way", async t => {
  const { answers, warnings } = world(PATIENCE_MS)
  const store = async () => {
    throw new Error('the database is gone')
  }
  answers.storeLater('1', { sent, isOvertaken: notOvertaken, store })
  await answers.stop()
  t.equal(warnings.length, 1)
})

t.test('what callbacks have overtaken is not stored any more, and the others are, each when its time has come', async t => {
  const { answers } = world(PATIENCE_MS)
  const stored: string[] = []
  const last = new Promise<void>(resolve => {
    for (const id of ['1', '2', '3', '4']) {
      const store = async () => {
        stored.push(id)
        if (id === '4') resolve()
      }
      answers.storeLater(id, { sent, isOvertaken: notOvertaken, store })
    }
  })
  answers.overtaken('1')
  answers.overtaken('3')
  answers.overtaken('unknown')
  await last
  t.strictSame(stored, ['2', '4'])
})

t.test('of two answers about one service order the later one is stored', async t => {
  const { answers } = world(LONG_PATIENCE_MS)
  const stored: string[] = []
  for (const text of ['first', 'second'])
    answers.storeLater('1', { sent, isOvertaken: notOvertaken, store: async () => void stored.push(text) })
  await answers.stop()
  t.strictSame(stored, ['second'])
})

t.test('what another server has heard is found by looking', async t => {
  const { answers } = world(LONG_PATIENCE_MS, 10)
  const overtaken = new Set<string>()
  const stored: string[] = []
  const isOneLess = new Promise<void>(resolve => answers.watch(resolve))
  for (const id of ['1', '2', '3']) {
    const isOvertaken = async () => {
      if (id === '3') throw new Error('the database is gone')
      return overtaken.has(id)
    }
    answers.storeLater(id, { sent, isOvertaken, store: async () => void stored.push(id) })
  }
  t.equal(answers.expected, 3)
  overtaken.add('2')
  await isOneLess
  t.equal(answers.expected, 2)
  await answers.stop()
  t.strictSame(stored, ['1', '3'])
})

t.test('of an FMS that takes its time nothing is expected, and again when it does not any more', async t => {
  const { answers } = world(PATIENCE_MS)
  const store = async () => undefined
  const tell = (id: string) => answers.storeLater(id, { sent, isOvertaken: notOvertaken, store })
  for (let n = 0; n < 40; n++) tell(`slow ${n}`)
  t.equal(answers.expected, 40)
  await new Promise<void>(resolve => answers.watch(resolve))
  tell('another')
  t.equal(answers.expected, 0)
  for (let n = 0; n < 40; n++) {
    tell(`quick ${n}`)
    answers.overtaken(`quick ${n}`)
  }
  t.equal(answers.expected, 1)
  await answers.stop()
})
