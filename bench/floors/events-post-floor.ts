/**
 * The floor of deliveries: a bare loop of undici that posts given bodies and looks at the status.
 *
 * Messages: `{ callback, bodies, many, atOnce }`, answered when so many were posted.
 */
import { Pool } from 'undici'
import { answerMessages } from './events-messages.ts'

interface Job {
  readonly callback: string
  readonly bodies: readonly string[]
  readonly many: number
  /** Connections, each with one request at a time. */
  readonly atOnce: number
}

answerMessages(async ({ callback, bodies, many, atOnce }: Job) => {
  const { origin, pathname } = new URL(callback)
  const pool = new Pool(origin, { connections: atOnce })
  let next = 0
  const post = async () => {
    while (next < many) {
      const body = bodies[next++ % bodies.length]!
      const answer = await pool.request({
        path: pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body
      })
      await answer.body.dump()
      if (answer.statusCode !== 204) throw new Error(`status ${answer.statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, post))
  await pool.close()
  return {}
})
