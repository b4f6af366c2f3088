/**
 * One worker in a process of its own, which first makes the events that it then delivers.
 *
 * Arguments: the database, the callback to deliver to. Messages: `{ create: n }` makes n events while the worker rests,
 * `{ work: true }` starts it, `{ work: false }` ends it. Each is answered when it is done, with the processor time so far.
 */
import { openDatabase } from '@crm-lite/adapters-db'
import { eventServices } from '../../apps/server/src/event-services.ts'
import { createLogger } from '../../apps/server/src/logger.ts'
import { DeliveryMetrics } from '../../apps/server/src/workers/delivery-metrics.ts'
import type { DeliveryWorker } from '../../apps/server/src/workers/delivery-worker.ts'
import { deliveryWorker } from '../../apps/server/src/workers.ts'
import { createCustomers, subscribe } from './events-create.ts'
import { answerMessages } from './events-messages.ts'
import { benchConfig, clock } from './events-world.ts'

const [url, callback] = process.argv.slice(2)
if (url === undefined || callback === undefined) throw new Error('usage: events-worker-floor <url> <callback>')

const PATIENCE_MS = 5_000
const config = benchConfig(url)
const services = eventServices(config, 'http://127.0.0.1')
const database = await openDatabase({ url, clock, exclusive: true })
const parts = { database, clock, services, metrics: new DeliveryMetrics(), log: createLogger('warn') }
let worker: DeliveryWorker | undefined
let created = 0

await subscribe(database, callback)
answerMessages(async (message: { readonly create?: number; readonly work?: boolean }) => {
  const { create = 0, work } = message
  if (create > 0) await createCustomers(database.unitOfWork, created, create)
  created += create
  if (work === false) await worker?.stop(PATIENCE_MS)
  if (work === true) {
    worker = deliveryWorker(config, parts)
    worker.start()
  }
  return {}
})
process.on('SIGTERM', async () => {
  await worker?.stop(0)
  await database.close()
  process.exit()
})
