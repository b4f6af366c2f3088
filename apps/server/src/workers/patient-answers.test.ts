import { MemoryFms, serviceOrderRequest } from '@crm-lite/domain/testing'
import t from 'tap'
import { patient } from './patient-answers.ts'

const PATIENCE_MS = 30
const LONG_PATIENCE_MS = 600_000

async function taken(fms: MemoryFms, patienceMs: number): Promise<{ readonly kind: string; readonly ms: number }> {
  const startedMs = performance.now()
  const { kind } = await patient(request => fms.create(request), patienceMs)(serviceOrderRequest)
  return { kind, ms: performance.now() - startedMs }
}

t.test('the answer that something was taken lets callbacks go ahead', async t => {
  const { kind, ms } = await taken(new MemoryFms(), PATIENCE_MS)
  t.equal(kind, 'ok')
  t.ok(ms >= PATIENCE_MS - 2)
})

t.test('what was not taken is told at once', async t => {
  const fms = new MemoryFms()
  fms.failNext('create', 'refuses')
  const { kind, ms } = await taken(fms, LONG_PATIENCE_MS)
  t.equal(kind, 'refused')
  t.ok(ms < LONG_PATIENCE_MS / 10)
})
