import type { SimulatorOptions } from './options.ts'
import { Simulator } from './simulator.ts'

export { Mistake } from './checker.ts'
export { everyFault } from './faults/every-fault.ts'
export { FAULT_HEADER } from './faults/fault-header.ts'
export {
  type AnswerFault,
  answerFaults,
  type CallbackFault,
  callbackFaults,
  checkFaultPlan,
  type FaultKind,
  type FaultPlan,
  type FaultRule,
  faultKinds,
  type Operation,
  type OrderFault,
  operations,
  orderFaults
} from './faults/fault-plan.ts'
export type { Device, Subscription } from './kept.ts'
export type { Access, Quirks, SimulatorOptions } from './options.ts'
export type { Catalogue } from './provisioning.ts'
export { apiPaths } from './representation.ts'
export type { Simulator } from './simulator.ts'
export type { SimulatorControl, SimulatorCounts } from './simulator-control.ts'
export type { StockLine } from './stock.ts'

/** Makes a simulator; it takes requests over a network only after `listen`. To be closed by whoever made it. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return new Simulator(options)
}
