/**
 * `npm test`: lint, types, rules, and every test, with PostgreSQL started once for all of them. `npm test -- <part of a path> ...`
 * runs the test files with that in their path, and nothing else; arguments that start with a dash go to tap.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { root, runChecks, toolPath } from './checks.ts'
import { TapReport } from './tap-report.ts'

const GRACE_MS = 3_000
const TEST_FILES = ['{packages,apps}/*/{src,test}/**/*.test.ts', '{conformance,bench,examples,scripts}/**/*.test.ts']

const options = process.argv.slice(2).filter(arg => arg.startsWith('-'))
const wanted = process.argv.slice(2).filter(arg => !arg.startsWith('-'))
const isEverything = wanted.length === 0
const notChecked: string[] = []
let passed = 0
let failed = 0

if (isEverything) {
  for (const result of await runChecks()) count(result.passed)
} else notChecked.push(`lint, types, rules, and the tests other than ${wanted.join(', ')}`)

const postgresUrl = await sharedPostgres()
const report = new TapReport(text => console.log(text))
report.end(await runTap(filesWanted(), postgresUrl))
passed += report.passed
failed += report.failed
for (const each of [...notChecked, ...report.notRun]) console.log(`not checked: ${each}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1) // the server, if it is ours, ends with us

function count(isPassed: boolean): void {
  if (isPassed) passed += 1
  else failed += 1
}

function filesWanted(): string[] {
  const files = globSync(TEST_FILES, { cwd: root, exclude: ['**/node_modules/**'] }).sort()
  const found = isEverything ? files : files.filter(file => wanted.some(part => file.includes(part.replace(/^\.\//, ''))))
  if (found.length === 0) {
    console.log('There is no such test file.')
    count(false)
  }
  return found
}

/** One PostgreSQL for all files; each makes databases of its own in it. */
async function sharedPostgres(): Promise<string | undefined> {
  try {
    const { startPostgres } = await import('../packages/adapters-db/src/testing/postgres-server.ts')
    const server = await startPostgres()
    console.log(`ok      ${server.description}`)
    return server.url
  } catch (error) {
    console.log(`FAILED  PostgreSQL\n${String(error)}`)
    count(false)
    return undefined
  }
}

async function runTap(files: readonly string[], postgresUrl: string | undefined): Promise<number> {
  if (files.length === 0) return 0
  const jobs = String(Math.min(Math.max(availableParallelism(), 2), 8))
  const tap = spawn(process.execPath, [toolPath('tap'), '--reporter=tap', '--jobs', jobs, ...options, ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(postgresUrl && { TEST_DATABASE_URL: postgresUrl }) }
  })
  endTogether()
  const exited = new Promise<number>((resolve, reject) => {
    tap.on('error', reject)
    tap.on('close', code => resolve(code ?? 1))
  })
  for await (const line of createInterface({ input: tap.stdout })) report.line(line)
  return exited
}

/** Told to stop, everything that this run started stops with it: at first asked, so that no databases stay behind, then made to. */
function endTogether(): void {
  let isEnding = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isEnding) return
      isEnding = true
      setTimeout(() => killGroup('SIGKILL'), GRACE_MS)
      killGroup('SIGTERM')
    })
  }
}

function killGroup(signal: NodeJS.Signals): void {
  try {
    process.kill(-process.pid, signal)
  } catch {
    process.exit(1) // not started by npm, so in the process group of a terminal, which stops everybody itself
  }
}
