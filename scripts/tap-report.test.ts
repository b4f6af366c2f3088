import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root, toolPath } from './checks.ts'
import { TapReport } from './tap-report.ts'

/** What is printed and counted when tap runs these test files. */
function reportOf(t: Test, ...codes: string[]): { report: TapReport; printed: string } {
  const folder = mkdtempSync(join(tmpdir(), 'crm-report-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const files = codes.map((_, index) => `${index + 1}.test.mjs`)
  for (const [index, file] of files.entries()) writeFileSync(join(folder, file), `import t from 'tap'\n${codes[index]}`)
  copyFileSync(join(root, '.taprc'), join(folder, '.taprc')) // with other plugins tap would build itself anew
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  // As if it were not run by tap itself.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^_?TAP/.test(name)))
  const args = [toolPath('tap'), '--reporter=tap', ...files]
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env })
  const printed: string[] = []
  const report = new TapReport(text => printed.push(text))
  for (const line of stdout.split('\n')) report.line(line)
  report.end(status ?? 1)
  return { report, printed: printed.join('\n') }
}

t.test('counts what passed, and prints one line for a file without failures', async t => {
  const { report, printed } = reportOf(t, `t.test('adds', async t => { t.equal(1 + 1, 2); t.ok(true) }); t.ok(true)`)
  t.match(report, { passed: 3, failed: 0, notRun: [] })
  t.match(printed, /^ok {6}1\.test\.mjs \(\d+\.\d s\)$/)
})

t.test('says what failed and with which values, not what passed beside it', async t => {
  const { report, printed } = reportOf(t, `t.test('adds', async t => { t.equal(1 + 1, 3, 'is three'); t.ok(true) })`)
  t.match(report, { passed: 1, failed: 1 })
  t.match(printed, /^FAILED {2}1\.test\.mjs\n/)
  t.match(printed, /not ok 1 - is three/)
  t.match(printed, /\+2/)
  t.notMatch(printed, /ok 2/)
})

t.test('names what was not run, with the reason', async t => {
  const { report } = reportOf(
    t,
    `t.test('needs a moon', { skip: 'no moon tonight' }, async () => {}); t.test('later', { todo: true }, async () => {}); t.ok(true)`
  )
  t.strictSame(report.notRun, ['1.test.mjs: needs a moon (no moon tonight)', '1.test.mjs: later (todo)'])
  t.match(report, { passed: 1, failed: 0 })
})

t.test('a file that crashes, or ends in the middle, is a failure', async t => {
  const { report, printed } = reportOf(
    t,
    `t.ok(true); throw new Error('crash')`,
    `t.plan(2); t.ok(true)`,
    `t.ok(true); process.kill(process.pid, 'SIGKILL')`
  )
  t.ok(report.failed >= 3)
  t.match(printed, /crash/)
  t.equal(printed.match(/^FAILED/gm)?.length, 3)
})

t.test('a runner that says nothing, or nothing sensible, has failed', async t => {
  const report = new TapReport(() => undefined)
  report.line('out of memory')
  report.end(134)
  t.equal(report.failed, 1)
})
