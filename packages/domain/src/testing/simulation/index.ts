export { runSeeds, type SeedsRun, type SeedsToRun } from './run-seeds.ts'
export { SimulationFailed, type SimulationOptions, type SimulationReport, simulate } from './simulate.ts'
