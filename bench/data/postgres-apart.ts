import { readFileSync } from 'node:fs'
import { startPostgres } from '@crm-lite/adapters-db/testing'
import { pin } from '../cores.ts'
import type { DatabaseApart } from '../engine-under-test.ts'
import { postgresDataSet, withClient } from './postgres-data-set.ts'

/**
 * The rows of a SQLite data set in a PostgreSQL that nobody else uses and that can rest. One that was given to us cannot, and none can where
 * there is no `/proc`.
 */
export async function postgresApart(
  file: string,
  cores: string | undefined,
  say: (text: string) => void
): Promise<DatabaseApart> {
  const server = await startPostgres()
  const url = await postgresDataSet(server, file, say)
  const canRest = !server.isShared && process.platform === 'linux'
  const first = canRest ? await firstProcess(server.url) : undefined
  const toAll = (work: (processId: number) => void) => {
    if (first === undefined) return
    // The first one first: while it is stopped there are no new ones.
    work(first)
    for (const each of startedBy(first)) work(each)
  }
  toAll(each => pin(each, cores))
  return {
    url,
    pause: () => toAll(each => send(each, 'SIGSTOP')),
    resume: () => toAll(each => send(each, 'SIGCONT')),
    close: () => server.stop()
  }
}

/** The number of the process that starts one for each connection, and all that work in the background. */
function firstProcess(url: string): Promise<number> {
  return withClient(url, async client => {
    const { rows } = await client.query<{ file: string }>("select pg_read_file('postmaster.pid') as file")
    return Number.parseInt(rows[0]!.file, 10)
  })
}

function startedBy(first: number): number[] {
  return readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

function send(processId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(processId, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has ended meanwhile
  }
}
