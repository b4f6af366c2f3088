import type { Database } from '@crm-lite/adapters-db'
import type { OrderDependencies } from '@crm-lite/domain'
import { systemClock } from '../compose.ts'
import type { Config } from '../config.ts'
import { fulfilmentPolicy } from '../fms-services.ts'
import { uuidV7Ids } from '../ids.ts'

/** What a command changes orders with: the same as a server does. */
export function orderDependencies({ unitOfWork }: Database, { orderAcceptance, fms }: Config): OrderDependencies {
  return { unitOfWork, ids: uuidV7Ids, clock: systemClock, orderAcceptance, ...(fms && { fulfilment: fulfilmentPolicy(fms) }) }
}
