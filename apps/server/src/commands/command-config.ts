import { readFileSync } from 'node:fs'
import type { Database } from '@crm-lite/adapters-db'
import { openConfiguredDatabase } from '../compose.ts'
import { type Config, readConfig } from '../config.ts'
import { CommandFailed } from './failure.ts'

export const readTextFile = (path: string) => readFileSync(path, 'utf8')

/** @throws {CommandFailed} with one line for each fault */
export function commandConfig(): { config: Config; warnings: readonly string[] } {
  const result = readConfig(process.env, readTextFile)
  if ('faults' in result) throw new CommandFailed(result.faults.join('\ncrm: '))
  return result
}

/** Opens the configured database beside a server that may be running, and closes it when the work is done. */
export async function withDatabase<T>(work: (database: Database, config: Config) => Promise<T>): Promise<T> {
  const { config, warnings } = commandConfig()
  const onWarning = (message: string) => process.stderr.write(`crm: ${message}\n`)
  warnings.forEach(onWarning)
  const database = await openConfiguredDatabase(config, { exclusive: false, onWarning })
  try {
    return await work(database, config)
  } finally {
    await database.close()
  }
}
