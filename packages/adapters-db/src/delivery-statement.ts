import type { RawBuilder } from 'kysely'
import type { Engine, Statement } from './dialects/dialect.ts'

/** A statement that was compiled once, with the values of one run. */
export type DeliveryStatement = (...values: readonly unknown[]) => Statement

/**
 * Numbers in the query stand for the values of each run, counted from 0.
 *
 * @param name no other statement has it
 */
export function deliveryStatement(engine: Engine, name: string, query: RawBuilder<unknown>): DeliveryStatement {
  const { sql, parameters } = engine.compile(query)
  const order = parameters as readonly number[]
  return (...values) => ({ sql, name: `delivery ${name}`, parameters: order.map(index => values[index]) })
}
