import { createServer } from 'node:http'
import { StartRefused } from '@crm-lite/adapters-db'
import type { Logger } from 'pino'
import { openConfiguredDatabase, systemClock } from './compose.ts'
import type { Config } from './config.ts'
import { maskedDatabaseUrl } from './database-name.ts'
import { eventServices } from './event-services.ts'
import { fmsServices } from './fms-services.ts'
import { createLogger } from './logger.ts'
import { publicBaseUrlOf } from './public-base-url.ts'
import { isSimulated } from './start-simulator.ts'
import { stopGracefully } from './stop-gracefully.ts'
import { readVersion } from './version.ts'
import type { DeliveryMetrics } from './workers/delivery-metrics.ts'
import { allWorkers, keepPurged, serverMetrics } from './workers.ts'

export interface WorkOptions {
  /** Where to serve metrics and liveness; nowhere when not given. */
  readonly port?: number
}

/**
 * Delivers events, and does what becomes due, in a process of its own until it is told to stop. Returns when it has begun.
 *
 * @throws {StartRefused} when the database cannot or must not be used, or there is no secret key, or no FMS where one is expected
 */
export async function work(config: Config, warnings: readonly string[], { port }: WorkOptions): Promise<void> {
  const log = createLogger(config.logLevel)
  for (const warning of warnings) log.warn(warning)
  if (isSimulated(config))
    throw new StartRefused('crm worker brings no FMS simulator: set FMS_URL to that of the server, or FMS_SIMULATOR=off')
  const publicBaseUrl = publicBaseUrlOf(config)
  if (config.publicBaseUrl === undefined)
    log.warn({ publicBaseUrl }, 'PUBLIC_BASE_URL is not set: links in events begin with what servers would take by default')
  const services = eventServices(config, publicBaseUrl)
  const database = await openConfiguredDatabase(config, {
    exclusive: false,
    onWarning: (message, fields) => log.warn(fields ?? {}, message)
  })
  const metrics = serverMetrics(database, systemClock)
  const places = { fmsUrl: config.fms?.url, callbackBaseUrl: publicBaseUrl }
  const fms = fmsServices(config, places, { database, clock: systemClock, metrics: metrics.fms, log })
  const closePort = port === undefined ? async () => {} : await serveMetrics(metrics.deliveries, config.host, port)
  const parts = { database, clock: systemClock, services, metrics, log, fms, isBusy: database.isBusyElsewhere }
  const worker = allWorkers(config, parts)
  const stopPurging = keepPurged(config, parts)
  worker.start()
  stopGracefully(log, config.shutdownTimeoutMs, async timeoutMs => {
    stopPurging()
    await Promise.all([worker.stop(timeoutMs), closePort()])
    await Promise.all([services.sender.close(), fms?.close()])
    await database.close()
  })
  announce(config, log)
}

function announce(config: Config, log: Logger): void {
  log.info({ version: readVersion(), database: maskedDatabaseUrl(config.databaseUrl) }, 'delivering')
}

/** Answers `/metrics` and `/livez`. Returns what ends it. */
async function serveMetrics(metrics: DeliveryMetrics, host: string, port: number): Promise<() => Promise<void>> {
  const server = createServer(async (request, response) => {
    if (request.url === '/livez') response.writeHead(200).end('ok')
    else if (request.url === '/metrics') {
      const text = await metrics.text()
      response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}
