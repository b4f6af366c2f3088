import type { Statement } from './dialect.ts'
import { SqliteConnection } from './sqlite-connection.ts'

// A process of its own for reads that no index bounds: SQLite can't be interrupted inside a statement, a process can be killed.
const connection = new SqliteConnection(process.argv[2]!, { readonly: true })

process.on('message', (statements: readonly Statement[]) => {
  try {
    process.send!({ rows: statements.map(statement => connection.all(statement)) })
  } catch (error) {
    process.send!({ error: error instanceof Error ? error.message : String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.send!('ready')
