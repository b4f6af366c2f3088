import { answerFaults, callbackFaults, type FaultPlan, orderFaults } from './fault-plan.ts'

/**
 * A plan in which everything that can go wrong does: so often an answer, so often an order, and so often a callback, with all kinds
 * equally likely.
 *
 * @param rate 0 to 1
 */
export function everyFault(rate: number, seed = 1): FaultPlan {
  const families = [answerFaults, orderFaults, callbackFaults]
  return { seed, rules: families.flatMap(kinds => kinds.map(fault => ({ fault, rate: rate / kinds.length }))) }
}
