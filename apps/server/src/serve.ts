import type { Database } from '@crm-lite/adapters-db'
import { apiBindings } from '@crm-lite/adapters-http'
import type { Logger } from 'pino'
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { maskedDatabaseUrl } from './database-name.ts'
import { freePort } from './free-port.ts'
import { createLogger } from './logger.ts'
import { addressOf, httpUrl, localUrl } from './network-address.ts'
import type { RunningSimulator } from './start-simulator.ts'
import { stopGracefully } from './stop-gracefully.ts'
import { readVersion } from './version.ts'

/**
 * Starts the server and returns when it listens; it runs until it is told to stop.
 *
 * @param warnings what is odd about the configuration
 * @throws {StartRefused} when the database cannot or must not be used; system errors when the port cannot be had
 */
export async function serve(config: Config, warnings: readonly string[]): Promise<void> {
  const logger = createLogger(config.logLevel)
  for (const warning of warnings) logger.warn(warning)
  if (config.workers === 'off' && config.databaseUrl.startsWith('sqlite:'))
    logger.warn('WORKERS is off, and with SQLite nobody else can deliver events or do what becomes due: it waits')
  const port = config.port === 0 ? await freePort(config.host) : config.port
  const address = httpUrl(config.host, port)
  const publicBaseUrl = config.publicBaseUrl ?? address
  const composition = await compose(config, logger, { publicBaseUrl, localUrl: localUrl(config.host, port) })
  try {
    await composition.app.listen({ host: config.host, port, listenTextResolver: () => '' })
  } catch (error) {
    await composition.stop(0)
    throw error
  }
  composition.startWorkers()
  stopGracefully(logger, config.shutdownTimeoutMs, composition.stop)
  const { database, simulator } = composition
  announce(config, logger, { address, publicBaseUrl, engine: database.engine, simulator })
}

interface Addresses {
  readonly address: string
  readonly publicBaseUrl: string
  readonly engine: Database['engine']
  readonly simulator: RunningSimulator | undefined
}

function announce(config: Config, logger: Logger, { address, publicBaseUrl, engine, simulator }: Addresses): void {
  const documentation = `${publicBaseUrl}/docs`
  if (config.mode === 'development') {
    process.stdout.write(banner(config, publicBaseUrl, fmsLines(config, simulator)))
  } else {
    const database = maskedDatabaseUrl(config.databaseUrl)
    logger.info({ version: readVersion(), address, publicBaseUrl, documentation, engine, database }, 'listening')
  }
  if (!config.fms) logger.info('there is no FMS (FMS_URL is not set): orders are worked on by hand')
  if (addressOf(config.host) !== 'loopback') {
    logger.warn(
      { host: config.host },
      'reachable from other machines, and there is no authentication yet: anybody there can read and change everything'
    )
  }
}

function fmsLines({ fms }: Config, simulator: RunningSimulator | undefined): readonly (readonly [string, string])[] {
  if (simulator) return [['FMS simulator', `${simulator.url}/admin`]]
  return fms?.url === undefined ? [] : [['FMS', fms.url]]
}

function banner(config: Config, publicBaseUrl: string, more: ReturnType<typeof fmsLines>): string {
  const apis = apiBindings.map(({ key, path, title }) => {
    const url = `${publicBaseUrl}${config.apiPaths[key] ?? `${config.tmfBasePath}/${path}`}`
    return [title, url]
  })
  const lines = [
    ...apis,
    ...more,
    ['Documentation', `${publicBaseUrl}/docs`],
    ['Database', maskedDatabaseUrl(config.databaseUrl)]
  ]
  const width = Math.max(...lines.map(([label = '']) => label.length))
  const table = lines.map(([label = '', value = '']) => `  ${label.padEnd(width)}  ${value}\n`).join('')
  return `\n  CRM Lite ${readVersion()} is ready. Ctrl+C stops it.\n\n${table}\n`
}
