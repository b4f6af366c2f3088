import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createSimulator } from '@crm-lite/fms-simulator'
import t from 'tap'

const run = promisify(execFile)

t.test('the example has a device allocated, and places its order once although an answer is lost', async t => {
  const simulator = createSimulator({
    paceMs: 5,
    run: 'test',
    plan: {
      rules: [
        { fault: 'error429', on: ['create'], times: 1, retryAfterS: 0 },
        { fault: 'answerLost', on: ['create'], times: 1 }
      ]
    }
  })
  t.teardown(() => simulator.close())
  const env = { PATH: process.env['PATH'], FMS_URL: await simulator.listen() }
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'provision.ts'), 'order-7:1:1'], { env })
  t.match(stdout, 'attempt 1: refused, tooManyRequests\n')
  t.match(stdout, 'attempt 2: unreachable, brokenOff, may be done\nlooked up: it is there\n')
  t.match(stdout, 'order-7:1:1 is completed\nHomeBox 7 Pro ')
  t.same(simulator.byExternalId(), { 'order-7:1:1': 1 })
})
