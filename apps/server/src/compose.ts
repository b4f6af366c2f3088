import { type Database, openDatabase } from '@crm-lite/adapters-db'
import { buildApi } from '@crm-lite/adapters-http'
import type { Clock } from '@crm-lite/domain'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { uuidV7Ids } from './ids.ts'
import { readVersion } from './version.ts'

/** The parts of a server, wired together. Nothing listens yet. */
export interface Composition {
  readonly app: FastifyInstance
  readonly database: Database
  /** From now on the server says that it is not ready. */
  stopBeingReady(): void
  /** Lets requests under way end, then closes the database. */
  close(): Promise<void>
}

export const systemClock: Clock = { now: () => new Date() }

/**
 * @param exclusive whether this is the one server of a SQLite file, rather than a command beside it
 * @throws {StartRefused} when the database cannot or must not be used
 */
export function openConfiguredDatabase(
  config: Config,
  options: { readonly exclusive: boolean; readonly onWarning: (message: string, fields?: object) => void }
): Promise<Database> {
  return openDatabase({
    url: config.databaseUrl,
    clock: systemClock,
    durability: config.databaseDurability,
    scanBudgetMs: config.scanBudgetMs,
    maxScans: config.maxScans,
    extraIndexes: config.extraIndexes,
    ...options
  })
}

/**
 * Opens the database, migrates it and builds the API on it.
 *
 * @param publicBaseUrl what links begin with
 * @throws {StartRefused} when the database cannot or must not be used
 */
export async function compose(config: Config, logger: Logger, publicBaseUrl: string): Promise<Composition> {
  const database = await openConfiguredDatabase(config, {
    exclusive: true,
    onWarning: (message, fields) => logger.warn(fields ?? {}, message)
  })
  let ready = true
  try {
    const app = await buildApi(
      {
        store: database.store,
        unitOfWork: database.unitOfWork,
        ids: uuidV7Ids,
        clock: systemClock,
        notReady: async () => (ready ? database.notReady() : ['the server is stopping'])
      },
      {
        publicBaseUrl,
        tmfBasePath: config.tmfBasePath,
        apiPaths: config.apiPaths,
        corsOrigins: config.corsOrigins,
        partialContent: config.partialContent,
        extensions: config.extensions,
        version: { version: readVersion(), ...(config.commit !== undefined && { commit: config.commit }) },
        limits: {
          requestTimeoutMs: config.requestTimeoutMs,
          headersTimeoutMs: config.headersTimeoutMs,
          keepAliveTimeoutMs: config.keepAliveTimeoutMs
        },
        logger
      }
    )
    return {
      app,
      database,
      stopBeingReady: () => {
        ready = false
      },
      close: async () => {
        await app.close()
        await database.close()
      }
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
