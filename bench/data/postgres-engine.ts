import { startPostgres } from '@crm-lite/adapters-db/testing'
import type { EngineUnderTest } from '../engine-under-test.ts'
import { postgresApart } from './postgres-apart.ts'
import { copyOf, plainCopyOf, postgresDataSet } from './postgres-data-set.ts'
import { sqliteDataSet } from './sqlite-data-set.ts'

/**
 * A PostgreSQL of our own with its default settings, so with durable commits. Ends, with all data, at the end.
 *
 * @param cores for those that are apart; this one has those that we have when it starts
 */
export async function postgresEngine(cores: string | undefined, say: (text: string) => void): Promise<EngineUnderTest> {
  const server = await startPostgres()
  const made = new Map<number, Promise<string>>()
  const dataSet = (rows: number) => {
    const known = made.get(rows) ?? sqliteDataSet(rows, say).then(file => postgresDataSet(server, file, say))
    made.set(rows, known)
    return known
  }
  return {
    name: 'postgres',
    title: server.description,
    dataSet,
    copy: async rows => copyOf(server, await dataSet(rows)),
    apart: async rows => postgresApart(await sqliteDataSet(rows, say), cores, say),
    plainCopy: async rows => plainCopyOf(server, await sqliteDataSet(rows, say)),
    floorScript: 'postgres-floor.ts',
    close: () => server.stop()
  }
}
