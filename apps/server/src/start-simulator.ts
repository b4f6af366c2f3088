import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartRefused } from '@crm-lite/adapters-db'
import type { Config } from './config.ts'
import { fileBeside } from './file-beside.ts'
import type { FmsConfig } from './fms-config.ts'

/** An FMS that provisions imaginary devices, in this process. */
export interface RunningSimulator {
  /** `http://127.0.0.1:43210` */
  readonly url: string
  close(): Promise<void>
}

/** Whether the FMS of these settings is the simulator. */
export function isSimulated(config: Config): config is Config & { readonly fms: FmsConfig } {
  return config.fms !== undefined && config.fms.url === undefined
}

/** Four of these steps make an order of one item: slow enough to be watched. */
const PACE_MS = 900

/**
 * Starts the simulator. Its orders and devices are kept beside the database, so that a restart goes on where it was.
 *
 * @throws {StartRefused} when its file is in use; system errors when the port cannot be had
 */
export async function startSimulator(databaseUrl: Config['databaseUrl'], port: number): Promise<RunningSimulator> {
  const file = fileBeside(databaseUrl, 'fms-simulator.db')
  mkdirSync(dirname(file), { recursive: true })
  // Not loaded where it isn't used.
  const { createSimulator } = await import('@crm-lite/fms-simulator')
  const simulator = (() => {
    try {
      return createSimulator({ file, paceMs: PACE_MS })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')) throw error
      throw new StartRefused(
        `the FMS simulator's file ${file} is in use by another server: set FMS_URL to what that one prints, or FMS_SIMULATOR=off`,
        { cause: error }
      )
    }
  })()
  try {
    return { url: await simulator.listen({ port }), close: () => simulator.close() }
  } catch (error) {
    await simulator.close()
    throw error
  }
}
