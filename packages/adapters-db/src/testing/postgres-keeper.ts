/**
 * Runs one PostgreSQL for as long as standard input stays open, then stops it and removes its folder. A process of its own, so that
 * nothing is left behind however the process that wanted the server ends: a pipe is closed for the dead as well.
 *
 * Arguments: the folder to remove, the user to run as (empty: our own), the program and its arguments.
 */
import { spawn } from 'node:child_process'
import { removeFolder } from './postgres-binaries.ts'

const [folder, user, program, ...args] = process.argv.slice(2)
if (folder === undefined || program === undefined) throw new Error('usage: postgres-keeper <folder> <user> <program> ...')

const as = user ? { uid: Number(user), gid: Number(user) } : {}
const server = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...as })
let log = ''
let isReady = false

server.stderr.setEncoding('utf8').on('data', (text: string) => {
  log = (log + text).slice(-4_000)
  if (isReady || !log.includes('database system is ready to accept connections')) return
  isReady = true
  process.stdout.write('ready\n')
})
server.on('error', error => finish(String(error)))
server.on('exit', () => finish(log))

// Signals from the terminal go to everybody at once: those who use the server end first, and then we notice.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stdout.on('error', () => undefined)
process.stdin.on('error', stop).on('close', stop).resume()

/** At once and without a checkpoint: the data is thrown away. */
function stop(): void {
  server.kill('SIGQUIT')
}

function finish(reason: string): void {
  removeFolder(folder as string)
  if (!isReady) process.stdout.write(reason)
  process.exit(isReady ? 0 : 1)
}
