export type { FalloutFiguresByAge, FulfilmentFiguresByAge } from './fulfilment-figures.ts'
export { type Database, type DatabaseOptions, openDatabase } from './open-database.ts'
export { StartRefused } from './start-refused.ts'
