import Sqlite from 'better-sqlite3'
import type { RecordFile, RecordKind } from './records.ts'

/** A SQLite file with one row a record. The simulator holds the truth in memory; the file is what it starts from again. */
export function openSqliteFile(path: string): RecordFile {
  const database = new Sqlite(path)
  database.pragma('journal_mode = WAL')
  database.pragma('locking_mode = EXCLUSIVE')
  database.exec(
    'create table if not exists record (position integer primary key, kind text not null, id text not null, document text not null, unique (kind, id))'
  )
  const put = database.prepare(
    'insert into record (kind, id, document) values (?, ?, ?) on conflict (kind, id) do update set document = excluded.document'
  )
  const remove = database.prepare('delete from record where kind = ? and id = ?')
  const write = database.transaction<RecordFile['write']>(changes => {
    for (const { kind, id, document } of changes) {
      if (document === undefined) remove.run(kind, id)
      else put.run(kind, id, JSON.stringify(document))
    }
  })
  return {
    read: () =>
      database
        .prepare<[], { kind: RecordKind; id: string; document: string }>(
          'select kind, id, document from record order by position'
        )
        .all()
        .map(({ kind, id, document }) => ({ kind, id, document: JSON.parse(document) as unknown })),
    write: changes => write.immediate(changes),
    close: () => database.close()
  }
}
