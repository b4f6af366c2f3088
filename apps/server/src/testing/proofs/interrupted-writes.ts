import { setTimeout as pause } from 'node:timers/promises'
import { aCustomer, callCustomers } from '../customers-client.ts'

/** What came of writing while the database would not. */
export interface Interruption {
  /** Ids of the customers that were acknowledged. */
  readonly acknowledged: Set<string>
  /** 503 with `Retry-After`. */
  refused: number
  /** Any other answer: there should be none. */
  wrong: number
}

export const newInterruption = (): Interruption => ({ acknowledged: new Set(), refused: 0, wrong: 0 })

/** Fills a database sooner. */
const FILLER = 'x'.repeat(2_000)

/** Creates one customer, and notes what was answered. True when it was acknowledged. */
export async function tryToCreate(url: string, name: string, noted: Interruption): Promise<boolean> {
  const response = await callCustomers(url, 'POST', '', { ...aCustomer(name), statusReason: FILLER })
  const body = (await response.json()) as { id: string }
  if (response.status === 201) noted.acknowledged.add(body.id)
  else if (response.status === 503 && /^\d+$/.test(response.headers.get('retry-after') ?? '')) noted.refused += 1
  else noted.wrong += 1
  return response.status === 201
}

/** Creates customers until one is acknowledged; returns how long that took, in milliseconds. */
export async function untilAccepted(url: string, noted: Interruption, patienceMs = 60_000): Promise<number> {
  const startedAt = performance.now()
  for (let count = 0; !(await tryToCreate(url, `Customer again ${count}`, noted)); count++) {
    if (performance.now() - startedAt > patienceMs) throw new Error('writes are still refused')
    await pause(50)
  }
  return performance.now() - startedAt
}

/** Creates customers until so many were refused. */
export async function untilRefused(url: string, noted: Interruption, refusals: number): Promise<void> {
  const before = noted.refused
  for (let count = 0; noted.refused - before < refusals && count < 20_000; count++)
    await tryToCreate(url, `Customer ${count}`, noted)
}
