/** `npm start`: installs what is needed and serves. Arguments go to `crm serve`. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installDependencies, root } from './install.ts'

/** Ctrl-C reaches everybody in the terminal's process group, and npm and npx pass on what they get: the same signal arrives several times. */
const SAME_SIGNAL_WITHIN_MS = 1_000

installDependencies()

const preload = new URL('./stop-with-parent.ts', import.meta.url).href
const server = spawn(
  process.execPath,
  ['--import', preload, join(root, 'apps/server/src/crm.ts'), 'serve', ...process.argv.slice(2)],
  {
    cwd: root,
    env: { ...process.env, CRM_MODE: process.env['CRM_MODE'] || 'development', CRM_STARTED_BY: String(process.pid) },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: process.platform !== 'win32' // out of the terminal's process group: the server gets its signals from here, each once
  }
)

let lastSignalAt = Number.NEGATIVE_INFINITY
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const now = performance.now()
    if (now - lastSignalAt >= SAME_SIGNAL_WITHIN_MS) server.kill(signal)
    lastSignalAt = now
  })
}

server.on('error', error => {
  console.error(String(error))
  process.exit(1)
})
server.on('exit', code => process.exit(code ?? 1))
