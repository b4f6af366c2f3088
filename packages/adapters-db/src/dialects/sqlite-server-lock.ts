import Sqlite from 'better-sqlite3'
import { StartRefused } from '../start-refused.ts'
import { isBusy } from './sqlite-connection.ts'

/**
 * Makes this process the one server of a SQLite file, until it ends, however it ends: the lock is the operating system's, held by an
 * open transaction on a file beside the database.
 *
 * @returns what gives the lock back
 * @throws {StartRefused} when another server has it
 */
export function lockForServer(file: string): () => void {
  const lock = new Sqlite(`${file}-server`, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new StartRefused(`another server is running on ${file}: a SQLite file has one server (use PostgreSQL for several)`)
  }
  return () => lock.close()
}
