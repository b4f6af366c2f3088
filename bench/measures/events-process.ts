import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pinned } from '../cores.ts'

/** A script in floors/ that is told what to do, and answers each message. */
export interface EventsProcess {
  ask<T extends object>(message: object): Promise<T & { readonly cpuMs: number }>
  stop(): Promise<void>
}

/** Resolves when it is ready. */
export async function startEventsProcess(
  script: string,
  args: readonly string[],
  cores: string | undefined
): Promise<EventsProcess> {
  const file = fileURLToPath(new URL(`../floors/${script}`, import.meta.url))
  const profiling = (process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(option => option !== '')
  const [command, commandArgs] = pinned(cores, process.execPath, [...profiling, file, ...args])
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, commandArgs, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { PATH, HOME } })
  let isStopped = false
  const exited = once(child, 'exit').then(() => {
    if (!isStopped) throw new Error(`${script} ended`)
    return []
  })
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), exited])
    return message as unknown
  }
  await answer()
  return {
    ask: async <T extends object>(message: object) => {
      child.send(message)
      return (await answer()) as T & { readonly cpuMs: number }
    },
    stop: async () => {
      isStopped = true
      child.kill()
      await exited
    }
  }
}
