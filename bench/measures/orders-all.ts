import type { Bench, Result } from '../bench.ts'
import { measureDecisions } from './orders-decide.ts'
import { measureDue } from './orders-due.ts'
import { measurePlacing } from './orders-place.ts'
import { runParts } from './run-parts.ts'

const parts = [measureDecisions, measureDue, measurePlacing]

/** What deciding takes, how fast due work is found among much, and what placing an order costs. */
export function measureOrders(bench: Bench): Promise<Result[]> {
  return runParts(bench, parts, 'BENCH_ORDERS')
}
