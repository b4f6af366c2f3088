import type pg from 'pg'
import type { Row, RunInTransaction, Statement } from './dialect.ts'
import { DEADLOCK, queryOn, SERIALIZATION_FAILURE, sqlStateOf, translatePostgresError } from './postgres-connection.ts'

const MAX_ATTEMPTS = 5

/**
 * A transaction on a connection of its own. Every statement sees what others have committed before it (READ COMMITTED). Run again when
 * it and another one wait for each other.
 *
 * @see Engine.transact
 */
export async function transactOn<T>(pool: pg.Pool, work: (run: RunInTransaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOn(pool, work)
    } catch (error) {
      const passes = [DEADLOCK, SERIALIZATION_FAILURE].includes(sqlStateOf(error))
      if (!passes || attempt === MAX_ATTEMPTS) throw translatePostgresError(error)
    }
  }
}

async function attemptOn<T>(pool: pg.Pool, work: (run: RunInTransaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  // A connection that breaks between two statements would end the process; the next statement fails.
  const ignore = () => {}
  client.on('error', ignore)
  try {
    await client.query('begin')
    const result = await work(async ({ sql: text, parameters, name }) => {
      const found = await client.query({ text, values: [...parameters], rowMode: 'array', ...(name && { name }) })
      return found.rows as Row[]
    })
    await client.query('commit')
    client.off('error', ignore)
    client.release()
    return result
  } catch (error) {
    const isUndone = await client.query('rollback').then(
      () => true,
      () => false
    )
    client.off('error', ignore)
    client.release(!isUndone)
    throw error
  }
}

/** One statement is a transaction of its own. */
export async function transactAlone(pool: pg.Pool, { sql: text, parameters, name }: Statement): Promise<readonly Row[]> {
  try {
    return (await queryOn(pool, { text, values: [...parameters], rowMode: 'array', ...(name && { name }) })).rows
  } catch (error) {
    throw translatePostgresError(error)
  }
}
