import { type Config, readConfig } from '../../apps/server/src/config.ts'
import { uuidV7Ids } from '../../apps/server/src/ids.ts'
import { TENANT } from './serve-floor.ts'

/** Of the benchmark's own databases, where nothing is secret. */
const SECRET_KEY = Buffer.alloc(32, 1).toString('base64')

export const clock = { now: () => new Date() }
export const ids = uuidV7Ids
export const context = { tenant: TENANT, actor: 'benchmark', correlationId: 'benchmark' }

/** The default settings, but for a receiver on the loopback interface being allowed. */
export function benchConfig(databaseUrl: string): Config {
  const env = { CRM_MODE: 'development', LOG_LEVEL: 'warn', SECRET_KEY, DATABASE_URL: databaseUrl }
  const result = readConfig(env, () => '')
  if ('faults' in result) throw new Error(result.faults.join('\n'))
  return result.config
}
