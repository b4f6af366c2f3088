import Fastify, { type FastifyInstance } from 'fastify'

export const TENANT = 'default'
export const PAGE_LENGTH = 20

/** A Fastify without anything around the handlers. */
export function bareFastify(): FastifyInstance {
  return Fastify({ logger: false })
}

/** Listens on a free port of the loopback interface and prints the address for whoever started this process. */
export async function announce(app: FastifyInstance): Promise<void> {
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  process.stdout.write(`${JSON.stringify({ address })}\n`)
}

/** What is stored for a body: the body's text, with an id of the server's. */
export function withId(id: string, body: unknown): string {
  return `{"id":"${id}",${JSON.stringify(body).slice(1)}`
}
