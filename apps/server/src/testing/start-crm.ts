import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'

const script = fileURLToPath(new URL('../crm.ts', import.meta.url))
const PATIENCE_MS = 60_000
const POLL_MS = 10

export type Environment = Readonly<Record<string, string>>

/** As much of a tap test as is needed here. */
export interface Test {
  teardown(work: () => unknown): void
}

/** Production has to have one. */
export const SECRET_KEY = Buffer.alloc(32, 7).toString('base64')

/** A `crm` command in a process of its own. */
export interface CrmProcess {
  readonly process: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves when a text has been printed; fails when the process ends without it. */
  printed(text: string | RegExp): Promise<void>
  /** The exit code, or the signal that ended the process. */
  exited(): Promise<number | string>
}

/** What a process needs to start, and to start quickly. */
const { PATH, NODE_COMPILE_CACHE } = process.env

/** Starts a command with nothing of this environment but that, a secret key, and no FMS; it is killed when the test ends. */
export function startCrm(t: Test, args: readonly string[], env: Environment): CrmProcess {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, NODE_NO_WARNINGS: '1', SECRET_KEY, FMS_SIMULATOR: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  let ended: number | string | undefined
  const closed = once(child, 'close').then(([code, signal]) => (ended = (code ?? signal) as number | string))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const has = (text: string | RegExp) =>
    [output.stdout, output.stderr].some(each => (typeof text === 'string' ? each.includes(text) : text.test(each)))
  return {
    process: child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exited: () => closed,
    printed: async text => {
      await until(
        () => has(text) || ended !== undefined,
        () => `${text} in:\n${output.stdout}${output.stderr}`
      )
      if (!has(text)) throw new Error(`ended with ${ended} without printing ${text}:\n${output.stdout}${output.stderr}`)
    }
  }
}

/** Waits for something that happens by itself. */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what()}`)
    await delay(POLL_MS)
  }
}

export interface CrmServer extends CrmProcess {
  /** `http://127.0.0.1:43210` */
  readonly url: string
}

/** Starts a server on a free port and waits until it listens. */
export async function startServer(t: Test, env: Environment): Promise<CrmServer> {
  if (env['CRM_MODE'] === 'development') return startForPeople(t, env)
  const crm = startCrm(t, ['serve'], { PORT: '0', ...env })
  await crm.printed('"msg":"listening"')
  const url = /"address":"([^"]+)"/.exec(crm.stdout())?.[1]
  if (!url) throw new Error(`no address in ${crm.stdout()}`)
  return { ...crm, url }
}

/** What it prints names the address that links begin with, which need not be its own. */
async function startForPeople(t: Test, env: Environment): Promise<CrmServer> {
  const port = env['PORT'] ?? String(await freePort('127.0.0.1'))
  const crm = startCrm(t, ['serve'], { ...env, PORT: port })
  await crm.printed('is ready')
  return { ...crm, url: `http://127.0.0.1:${port}` }
}

/** Runs a command to its end. */
export async function runCrm(t: Test, args: readonly string[], env: Environment) {
  const crm = startCrm(t, args, env)
  const code = await crm.exited()
  return { code, stdout: crm.stdout(), stderr: crm.stderr() }
}

/** The URL of a SQLite file that does not exist yet, in a folder that the test removes. */
export function newSqliteUrl(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'crm-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'data', 'crm.db')}`
}
