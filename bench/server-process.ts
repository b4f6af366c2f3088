import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pinned } from './cores.ts'

/** A server in a process of its own: ours, or a floor. */
export interface ServerProcess {
  readonly address: string
  /** From the start of the process until it could be reached. */
  readonly readyMs: number
  /** In bytes. */
  residentSize(): number
  /** Time on a processor so far, in milliseconds. */
  cpuMs(): number
  /** Lets it rest, so that others are measured alone. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

const CRM = fileURLToPath(new URL('../apps/server/src/crm.ts', import.meta.url))
const POLL_MS = 5
const CLOCK_TICKS_PER_S = 100

/**
 * The real server, started by its own first line.
 *
 * @param settings in place of the default ones
 */
export async function startServer(
  databaseUrl: string,
  core: string | undefined,
  settings: Readonly<Record<string, string>> = {}
): Promise<ServerProcess> {
  const started = await start(CRM, ['serve'], core, {
    DATABASE_URL: databaseUrl,
    PORT: '0',
    SECRET_KEY: randomBytes(32).toString('base64'),
    ...profiling(),
    ...settings
  })
  while (!(await fetch(`${started.address}/readyz`)).ok) await new Promise(resolve => setTimeout(resolve, POLL_MS))
  return { ...started, readyMs: performance.now() - started.startedAt }
}

/** Something that runs beside a server. */
export interface Companion {
  /** What it printed when it was ready. */
  readonly line: string
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** A worker in a process of its own. */
export function startWorker(core: string | undefined, settings: Readonly<Record<string, string>>): Promise<Companion> {
  return startCompanion(CRM, ['worker'], core, { ...profiling(), ...settings }, '"delivering"')
}

/** Resolves when it prints a line that holds this text. */
export async function startCompanion(
  program: string,
  args: readonly string[],
  core: string | undefined,
  settings: Readonly<Record<string, string>>,
  ready: string
): Promise<Companion> {
  const child = launch(program, args, core, { ...settings })
  const line = await lineWith(child, ready, [program, ...args])
  return { line, ...controlOf(child) }
}

/** A floor: a script in floors/. */
export async function startFloor(script: string, args: readonly string[], core: string | undefined): Promise<ServerProcess> {
  const started = await start(process.execPath, [fileURLToPath(new URL(`floors/${script}`, import.meta.url)), ...args], core, {})
  return { ...started, readyMs: performance.now() - started.startedAt }
}

/** For finding out where the time goes: options for the Node of servers and workers. */
function profiling(): Record<string, string> {
  const { BENCH_NODE_OPTIONS } = process.env
  return BENCH_NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS: BENCH_NODE_OPTIONS }
}

/** Both print a line of JSON with their address when they listen. */
async function start(program: string, args: readonly string[], core: string | undefined, settings: Record<string, string>) {
  const startedAt = performance.now()
  const child = launch(program, args, core, settings)
  const address = ADDRESS.exec(await lineWith(child, '"address":', [program, ...args]))![1]!
  return {
    address,
    startedAt,
    residentSize: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    cpuMs: () => {
      const [user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .split(') ')[1]!
        .split(' ')
        .slice(11, 13)
        .map(Number)
      return ((user + system) * 1000) / CLOCK_TICKS_PER_S
    },
    ...controlOf(child)
  }
}

const ADDRESS = /"address":"([^"]+)"/

function launch(
  program: string,
  args: readonly string[],
  core: string | undefined,
  settings: Record<string, string>
): ChildProcess {
  const [command, commandArgs] = pinned(core, program, args)
  const { PATH = '', HOME = '' } = process.env
  return spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH, HOME, ...settings } })
}

function controlOf(child: ChildProcess): Pick<ServerProcess, 'pause' | 'resume' | 'stop'> {
  return {
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: async () => {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    }
  }
}

async function lineWith(child: ChildProcess, text: string, args: readonly string[]): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!line.includes(text)) continue
    child.stdout!.resume()
    return line
  }
  throw new Error(`did not start: ${args.join(' ')}`)
}
