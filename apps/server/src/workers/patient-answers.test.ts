import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { PatientAnswers } from './patient-answers.ts'

const PATIENCE_MS = 30
const LONG_PATIENCE_MS = 600_000

function world(patienceMs: number) {
  const warnings: string[] = []
  const log = { info: () => undefined, warn: (_fields: object, text: string) => void warnings.push(text) }
  return { warnings, answers: new PatientAnswers(log, patienceMs) }
}

t.test('the answer that something was taken lets callbacks go ahead', async t => {
  const { answers } = world(PATIENCE_MS)
  const startedMs = performance.now()
  const waitedMs = await new Promise<number>(resolve => answers.storeLater(async () => resolve(performance.now() - startedMs)))
  t.ok(waitedMs >= PATIENCE_MS - 2)
})

t.test('who stops stores what waits, and does not wait any longer', async t => {
  const { answers } = world(LONG_PATIENCE_MS)
  let stored = 0
  for (let n = 0; n < 3; n++) {
    answers.storeLater(async () => {
      await pause(1)
      stored++
    })
  }
  await answers.stop()
  t.equal(stored, 3)
})

t.test("an answer that cannot be stored is in nobody else's way", async t => {
  const { answers, warnings } = world(PATIENCE_MS)
  answers.storeLater(async () => {
    throw new Error('the database is gone')
  })
  await answers.stop()
  t.equal(warnings.length, 1)
})
