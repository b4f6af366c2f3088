export { anyJson, customers, individuals, instants, numbers, ODD_NAME, texts } from './arbitraries.ts'
export { customerAttributes, type FilterableAttributes, filters, individualAttributes, sorts } from './arbitraries-of-queries.ts'
export type { ContractOptions, StoreUnderTest, TestRunner } from './contract.ts'
export { type DeliveryContractOptions, deliveryQueueContract } from './delivery-queue.contract.ts'
export type { QueueUnderTest } from './delivery-world.ts'
export { BUSY_FOR_S, type FmsFault, type FmsOperation, fmsFaults, type ScriptedFms } from './fms-faults.ts'
export {
  type FmsContractOptions,
  type FmsUnderTest,
  fmsGatewayContract,
  requestFor,
  serviceOrderRequest
} from './fms-gateway.contract.ts'
export { MemoryDeliveryQueue } from './memory-delivery-queue.ts'
export { MemoryFms, type MemoryFmsOptions } from './memory-fms.ts'
export { MemoryStore } from './memory-store.ts'
export { MemoryWorkQueue } from './memory-work-queue.ts'
export { type PatternCase, patternCases, patterns } from './pattern-cases.ts'
export { resourceStoreContract } from './resource-store.contract.ts'
export { runSeeds, simulate } from './simulation/index.ts'
export { type QueueOfWorkUnderTest, type WorkContractOptions, workQueueContract } from './work-queue.contract.ts'
