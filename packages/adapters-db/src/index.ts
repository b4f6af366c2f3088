export { type Database, type DatabaseOptions, openDatabase } from './open-database.ts'
export { StartRefused } from './start-refused.ts'
