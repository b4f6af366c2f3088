export { MemoryStore } from './memory-store.ts'
export { type PatternCase, patternCases, patterns } from './pattern-cases.ts'
