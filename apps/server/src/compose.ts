import { type Database, openDatabase, StartRefused } from '@crm-lite/adapters-db'
import { type ApiOptions, type ApiServices, buildApi } from '@crm-lite/adapters-http'
import { type Clock, ensureJourneys, ensureProvisioningRules } from '@crm-lite/domain'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { maskedDatabaseUrl } from './database-name.ts'
import { type EventServices, eventServices } from './event-services.ts'
import { fmsServices } from './fms-services.ts'
import { uuidV7Ids } from './ids.ts'
import { isSimulated, type RunningSimulator, startSimulator } from './start-simulator.ts'
import { TENANT } from './tenant.ts'
import { readVersion } from './version.ts'
import { LoadWatch } from './workers/load-watch.ts'
import { allWorkers, keepPurged, type ServerMetrics, serverMetrics, type WorkerParts } from './workers.ts'

/** The parts of a server, wired together. Nothing listens yet, and nothing is delivered. */
export interface Composition {
  readonly app: FastifyInstance
  readonly database: Database
  /** Where that is the FMS. */
  readonly simulator: RunningSimulator | undefined
  /** Begins what the server does beside answering requests. */
  startWorkers(): void
  /** Lets requests and deliveries under way end, cuts off what takes longer than this, then closes the database. */
  stop(timeoutMs: number): Promise<void>
}

const DAY_MS = 24 * 60 * 60 * 1000

export const systemClock: Clock = { now: () => new Date() }

export interface DatabaseUse {
  /** Whether this is the one server of a SQLite file, rather than a command beside it. */
  readonly exclusive: boolean
  readonly onWarning: (message: string, fields?: object) => void
  /** Whether requests wait in this process. */
  readonly isBusy?: () => boolean
}

/**
 * Opens and migrates the database; the journey that every order can follow is in it, and where provisioning rules are kept.
 *
 * @throws {StartRefused} when the database cannot or must not be used
 */
export async function openConfiguredDatabase(config: Config, use: DatabaseUse): Promise<Database> {
  const database = await opened(config, use)
  try {
    await ensureJourneys(database, TENANT)
    await ensureProvisioningRules(database, TENANT)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

async function opened(config: Config, use: DatabaseUse): Promise<Database> {
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

export interface Places {
  /** What links begin with. */
  readonly publicBaseUrl: string
  /** What this machine reaches us by. */
  readonly localUrl: string
}

/**
 * Opens the database, migrates it and builds the API and the workers on it, beside the simulator where that is the FMS.
 *
 * @throws {StartRefused} when the database cannot or must not be used, or there is no secret key
 */
export async function compose(config: Config, logger: Logger, { publicBaseUrl, localUrl }: Places): Promise<Composition> {
  const services = eventServices(config, publicBaseUrl)
  const load = new LoadWatch(() => performance.now())
  const database = await openConfiguredDatabase(config, {
    exclusive: true,
    onWarning: (message, fields) => logger.warn(fields ?? {}, message),
    isBusy: () => load.isBusy()
  })
  let simulator: RunningSimulator | undefined
  try {
    simulator = isSimulated(config) ? await startSimulator(config.databaseUrl, config.fms.simulatorPort) : undefined
    const metrics = serverMetrics(database, systemClock)
    const places = simulator
      ? { fmsUrl: simulator.url, callbackBaseUrl: localUrl }
      : { fmsUrl: config.fms?.url, callbackBaseUrl: publicBaseUrl }
    const parts = { database, clock: systemClock, log: logger }
    const fms = fmsServices(config, places, { ...parts, metrics: metrics.fms })
    const options = { ...apiOptions(config, logger, publicBaseUrl), ...(fms && { fulfilment: fms.policy }) }
    const served = { ...apiServices(database, services, metrics), ...(fms?.listener && { fmsListener: fms.listener }) }
    const app = await buildApi(served, options)
    load.watch(app.servedMs)
    const workers = startableWorkers(config, {
      ...parts,
      services,
      metrics,
      fms,
      isBusy: () => load.isBusy() || database.isBusyElsewhere()
    })
    return {
      app,
      database,
      simulator,
      startWorkers: workers.start,
      stop: async timeoutMs => {
        app.drain()
        const cutOff = setTimeout(() => {
          logger.warn({ timeoutMs }, 'requests still under way are cut off')
          app.server.closeAllConnections()
        }, timeoutMs)
        await Promise.all([app.close(), workers.stop(timeoutMs)])
        clearTimeout(cutOff)
        await Promise.all([services.sender.close(), fms?.close()])
        await Promise.all([database.close(), simulator?.close()])
      }
    }
  } catch (error) {
    await Promise.all([database.close(), simulator?.close()])
    throw error
  }
}

function apiServices(database: Database, { hub }: EventServices, metrics: ServerMetrics): ApiServices {
  return {
    store: database.store,
    unitOfWork: database.unitOfWork,
    events: database.events,
    deliveries: database.deliveries,
    workSignal: database.workSignal,
    hub,
    ids: uuidV7Ids,
    clock: systemClock,
    notReady: database.notReady,
    metrics: () => metrics.deliveries.text()
  }
}

function apiOptions(config: Config, logger: Logger, publicBaseUrl: string): ApiOptions {
  return {
    publicBaseUrl,
    tmfBasePath: config.tmfBasePath,
    apiPaths: config.apiPaths,
    corsOrigins: config.corsOrigins,
    partialContent: config.partialContent,
    orderAcceptance: config.orderAcceptance,
    tracking: {
      brand: config.trackingBrand,
      timeZone: config.trackingTimeZone,
      tokenLifetimeMs: config.trackingTokenDays * DAY_MS,
      link: config.trackingLink
    },
    extensions: config.extensions,
    version: { version: readVersion(), ...(config.commit !== undefined && { commit: config.commit }) },
    limits: {
      requestTimeoutMs: config.requestTimeoutMs,
      headersTimeoutMs: config.headersTimeoutMs,
      keepAliveTimeoutMs: config.keepAliveTimeoutMs
    },
    logger
  }
}

/** What is too old is removed by every server, also by one that leaves the rest to others. */
function startableWorkers(config: Config, parts: WorkerParts) {
  const workers = config.workers === 'inProcess' ? allWorkers(config, parts) : undefined
  let stopPurging = () => {}
  return {
    start: () => {
      workers?.start()
      stopPurging = keepPurged(config, parts)
    },
    stop: async (timeoutMs: number) => {
      stopPurging()
      await workers?.stop(timeoutMs)
    }
  }
}
