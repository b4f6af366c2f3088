/**
 * Loaded into a server to fill its disk: on SIGWINCH its SQLite database may not grow any more, on the next one it may again. What
 * SQLite says then is what it says when the disk is full.
 */
import { isMainThread } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

interface Connection {
  readonly open: boolean
  readonly readonly: boolean
  pragma(text: string, options?: object): unknown
}

const UNLIMITED_PAGES = 1_073_741_823

if (isMainThread) {
  const { prototype } = Sqlite as unknown as { prototype: Connection }
  const connections = new Set<Connection>()
  const { pragma } = prototype
  prototype.pragma = function (this: Connection, ...args) {
    connections.add(this)
    return pragma.apply(this, args)
  }
  let isFull = false
  process.on('SIGWINCH', () => {
    isFull = !isFull
    for (const connection of connections) {
      if (!connection.open || connection.readonly) continue
      const pages = isFull ? connection.pragma('page_count', { simple: true }) : UNLIMITED_PAGES
      connection.pragma(`max_page_count = ${String(pages)}`)
    }
    process.stdout.write(`the database is ${isFull ? 'full' : 'no longer full'}\n`)
  })
}
