/**
 * The whole server, with one difference on request: what is changed makes no events.
 *
 * Arguments: the database; `silent` for a server without events, `alone` for one that leaves deliveries to other processes.
 */
import { openDatabase } from '@crm-lite/adapters-db'
import { buildApi } from '@crm-lite/adapters-http'
import { eventServices } from '../../apps/server/src/event-services.ts'
import { createLogger } from '../../apps/server/src/logger.ts'
import { DeliveryMetrics } from '../../apps/server/src/workers/delivery-metrics.ts'
import { deliveryWorker } from '../../apps/server/src/workers.ts'
import { withoutEvents } from './events-create.ts'
import { benchConfig, clock, ids } from './events-world.ts'
import { announce } from './serve-floor.ts'

const [url, mode] = process.argv.slice(2)
if (url === undefined) throw new Error('usage: events-api-floor <url> [silent | alone]')

const config = benchConfig(url)
const publicBaseUrl = 'http://127.0.0.1'
const services = eventServices(config, publicBaseUrl)
const database = await openDatabase({ url, clock, exclusive: true })
const log = createLogger('warn')
const { tmfBasePath, apiPaths, corsOrigins, partialContent, extensions } = config
const app = await buildApi(
  {
    ...database,
    unitOfWork: mode === 'silent' ? withoutEvents(database.unitOfWork) : database.unitOfWork,
    hub: services.hub,
    ids,
    clock
  },
  {
    publicBaseUrl,
    tmfBasePath,
    apiPaths,
    corsOrigins,
    partialContent,
    extensions,
    version: { version: 'benchmark' },
    logger: log
  }
)
const worker = deliveryWorker(config, { database, clock, services, metrics: new DeliveryMetrics(), log })
if (mode !== 'alone') worker.start()
await announce(app)
process.on('SIGTERM', async () => {
  await worker.stop(0)
  await app.close()
  await database.close()
  process.exit()
})
