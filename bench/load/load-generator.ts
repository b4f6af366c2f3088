import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pinned } from '../cores.ts'
import type { LoadJob, LoadResult } from './load-job.ts'

/** A process that makes load. */
export interface LoadGenerator {
  /** @throws {Error} when any request failed: what fails is not measured */
  run(job: LoadJob): Promise<LoadResult>
  stop(): void
}

export function startLoadGenerator(core: string | undefined): LoadGenerator {
  const [command, args] = pinned(core, process.execPath, [fileURLToPath(new URL('generator.ts', import.meta.url))])
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return {
    run: async job => {
      child.send(job)
      const [result] = (await once(child, 'message')) as [LoadResult]
      if (result.failures > 0)
        throw new Error(`${result.failures} requests failed at ${job.requests[0]?.method} ${job.requests[0]?.path}`)
      return result
    },
    stop: () => void child.kill()
  }
}
