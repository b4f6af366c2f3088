export { anyJson, customers, individuals, instants, numbers, ODD_NAME, texts } from './arbitraries.ts'
export { customerAttributes, type FilterableAttributes, filters, individualAttributes, sorts } from './arbitraries-of-queries.ts'
export { MemoryStore } from './memory-store.ts'
export { type PatternCase, patternCases, patterns } from './pattern-cases.ts'
export {
  type ContractOptions,
  resourceStoreContract,
  type StoreUnderTest,
  type TestRunner
} from './resource-store.contract.ts'
