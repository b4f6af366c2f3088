import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { anOrder } from './testing/client.ts'

interface Run {
  readonly child: ChildProcess
  /** What it has written to both of its streams so far. */
  readonly written: () => string
}

function run(t: Test, args: readonly string[], env: Record<string, string> = {}): Run {
  const { CRM_MODE: _, NODE_ENV: __, ...rest } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...args], { env: { ...rest, ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  t.teardown(() => child.kill('SIGKILL'))
  return { child, written: () => text }
}

async function urlOf({ child, written }: Run): Promise<string> {
  for (;;) {
    const url = /on (http:\S+)\/tmf-api/.exec(written())?.[1]
    if (url !== undefined) return url
    if (child.exitCode !== null) throw new Error(written())
    await Promise.race([once(child.stdout!, 'data'), once(child, 'close')])
  }
}

async function codeOf({ child }: Run): Promise<unknown> {
  if (child.exitCode === null) await once(child, 'close')
  return child.exitCode
}

t.test('it starts on a free port, does what the plan says, remembers, and ends when asked to', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fms-simulator-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const plan = join(folder, 'plan.json')
  writeFileSync(plan, JSON.stringify({ seed: 3, rules: [{ fault: 'reject', externalId: 'bad*' }] }))
  const args = ['--file', join(folder, 'fms.db'), '--pace', '0', '--plan', plan]
  const first = run(t, args)
  const url = await urlOf(first)
  for (const externalId of ['bad:1', 'good:1']) {
    const body = JSON.stringify(anOrder({ externalId }))
    const answer = await fetch(`${url}/tmf-api/serviceOrdering/v4/serviceOrder`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body
    })
    t.equal(answer.status, 201)
  }
  await fetch(`${url}/admin/settle`, { method: 'POST' })
  first.child.kill('SIGTERM')
  t.equal(await codeOf(first), 0)

  const second = run(t, args)
  const counts = await fetch(`${await urlOf(second)}/admin`)
  t.match(await counts.json(), { byState: { rejected: 1, completed: 1 } })
})

t.test('it has no place in production', async t => {
  const runs = [run(t, [], { CRM_MODE: 'production' }), run(t, [], { NODE_ENV: 'production' })]
  for (const each of runs) {
    t.equal(await codeOf(each), 1)
    t.equal(each.written(), 'fms-simulator: a simulator has no place in production\n')
  }
})

t.test('what it is told wrongly it says in a line', async t => {
  const runs = [run(t, ['--plan', '/nowhere.json']), run(t, ['--plan', 'every:2']), run(t, ['--pace', 'fast'])]
  for (const each of runs) {
    t.equal(await codeOf(each), 1)
    t.match(each.written(), /^error: option '--(plan|pace) <\w+>' argument '.*' is invalid\. .+\n$/)
  }
  const everything = run(t, ['--plan', 'every:0.3'])
  t.match(await (await fetch(`${await urlOf(everything)}/admin/plan`)).json(), { rules: [{ fault: 'error500' }] })
})
