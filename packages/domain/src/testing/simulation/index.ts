export { runSeeds } from './run-seeds.ts'
export { simulate } from './simulate.ts'
