import { type Database, openDatabase, StartRefused } from '@crm-lite/adapters-db'
import { buildApi } from '@crm-lite/adapters-http'
import type { Clock } from '@crm-lite/domain'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { maskedDatabaseUrl } from './database-name.ts'
import { uuidV7Ids } from './ids.ts'
import { readVersion } from './version.ts'

/** The parts of a server, wired together. Nothing listens yet. */
export interface Composition {
  readonly app: FastifyInstance
  readonly database: Database
  /** Lets requests under way end, then closes the database. */
  close(): Promise<void>
}

export const systemClock: Clock = { now: () => new Date() }

export interface DatabaseUse {
  /** Whether this is the one server of a SQLite file, rather than a command beside it. */
  readonly exclusive: boolean
  readonly onWarning: (message: string, fields?: object) => void
}

/** @throws {StartRefused} when the database cannot or must not be used */
export async function openConfiguredDatabase(config: Config, use: DatabaseUse): Promise<Database> {
  try {
    return await openDatabase({
      url: config.databaseUrl,
      clock: systemClock,
      durability: config.databaseDurability,
      scanBudgetMs: config.scanBudgetMs,
      maxScans: config.maxScans,
      extraIndexes: config.extraIndexes,
      ...use
    })
  } catch (error) {
    if (error instanceof Error && typeof Reflect.get(error, 'code') === 'string') {
      const name = maskedDatabaseUrl(config.databaseUrl)
      throw new StartRefused(`the database ${name} cannot be opened: ${error.message}`, { cause: error })
    }
    throw error
  }
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
  try {
    const app = await buildApi(
      {
        store: database.store,
        unitOfWork: database.unitOfWork,
        ids: uuidV7Ids,
        clock: systemClock,
        notReady: database.notReady
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
