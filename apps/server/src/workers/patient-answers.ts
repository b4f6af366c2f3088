import { setTimeout as pause } from 'node:timers/promises'
import type { FmsGateway } from '@crm-lite/domain'

/** Longer than a quick FMS takes to call back, and too short for anybody to notice. */
const PATIENCE_MS = 50

/**
 * Lets callbacks go ahead of the answer that the FMS has taken a service order: of one that is done by then the answer need not be stored any
 * more. Who is killed meanwhile has lost no more than with an answer that was lost, which is looked up.
 */
export function patient(create: FmsGateway['create'], patienceMs = PATIENCE_MS): FmsGateway['create'] {
  return async (...call) => {
    const result = await create(...call)
    if (result.kind === 'ok') await pause(patienceMs)
    return result
  }
}
