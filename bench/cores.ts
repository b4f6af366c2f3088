import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Which cores work for what, so that nobody who is measured shares one with the load. */
export interface Cores {
  /** For the server under test, ours or the floor: one core. */
  readonly server: string
  /** For the load generator and whatever else is not measured. */
  readonly load: string
  readonly postgres: string
}

/** Undefined where processes can't be pinned: no `taskset`, or one core only. */
export function findCores(): Cores | undefined {
  if (process.platform !== 'linux' || availableParallelism() < 2) return undefined
  try {
    const [server, load, ...rest] = allowedCores()
    if (server === undefined || load === undefined) return undefined
    return { server, load, postgres: rest.length > 0 ? rest.join(',') : load }
  } catch {
    return undefined
  }
}

/** Pins a process with all its threads; what it starts from now on inherits that. */
export function pin(processId: number, cores: string | undefined): void {
  if (cores !== undefined) execFileSync('taskset', ['-acp', cores, String(processId)], { stdio: 'ignore' })
}

/** A command that runs on these cores. */
export function pinned(
  cores: string | undefined,
  command: string,
  args: readonly string[]
): readonly [string, readonly string[]] {
  return cores === undefined ? [command, args] : ['taskset', ['-c', cores, command, ...args]]
}

/** Those that this process may use: a container often has fewer than the machine. */
function allowedCores(): string[] {
  const list = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
    .split(':')
    .at(-1)!
    .trim()
  return list.split(',').flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
  })
}
