import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from '../start-crm.ts'

/** What is kept of a notification: so little that a hundred thousand do not count. */
export interface Arrival {
  readonly eventId: string
  readonly resourceId: string
  /** Who sent it: what its links begin with. */
  readonly sender: string
  readonly atMs: number
}

export interface CompactReceiver {
  readonly url: string
  /** What was taken, in the order of arrival. */
  readonly arrivals: readonly Arrival[]
  /** How often each event was taken. */
  readonly counts: ReadonlyMap<string, number>
  /** How often something was refused. */
  refused(): number
  /** Answers with this from now on, after so long. */
  answerWith(status: number, afterMs?: number): void
}

/** A receiver on loopback, in this process, that counts. */
export async function startCompactReceiver(t: Test): Promise<CompactReceiver> {
  const arrivals: Arrival[] = []
  const counts = new Map<string, number>()
  let status = 204
  let delayMs = 0
  let refused = 0
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const eventId = String(request.headers['webhook-id'])
    const { event } = JSON.parse(body) as { event: Record<string, { id: string; href: string }> }
    const [resource] = Object.values(event)
    if (status >= 300) refused += 1
    else {
      const sender = new URL(resource?.href ?? 'http://nobody').host
      arrivals.push({ eventId, resourceId: resource?.id ?? '', sender, atMs: performance.now() })
      counts.set(eventId, (counts.get(eventId) ?? 0) + 1)
    }
    if (delayMs > 0) await pause(delayMs)
    response.writeHead(status).end()
  })
  const url = await listen(t, server)
  return {
    url: `${url}/events`,
    arrivals,
    counts,
    refused: () => refused,
    answerWith: (next, afterMs = 0) => {
      status = next
      delayMs = afterMs
    }
  }
}

async function listen(t: Test, server: Server<typeof IncomingMessage, typeof ServerResponse>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  for await (const text of request) body += text
  return body
}
