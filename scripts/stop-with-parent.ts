/** Loaded into what `toolchain.mjs` runs: stops it when the process that started it is gone, even killed. */
import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

// Threads and child processes may load this too, as they inherit its options: it is not for them.
if (isMainThread && process.env['CRM_STARTED_BY'] === String(process.ppid)) {
  const lifeline = new Socket({ fd: 3 })
  lifeline.on('error', () => undefined).on('close', () => process.kill(process.pid, 'SIGTERM'))
  lifeline.resume().unref()
}
