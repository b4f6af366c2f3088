import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from './start-crm.ts'

/** A notification as it arrived. */
export interface Received {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: Notified
}

export interface Notified {
  readonly eventId: string
  readonly eventType: string
  readonly event: Readonly<Record<string, { readonly id: string; readonly name?: string; readonly status?: string }>>
}

export type Answer = number | ((response: ServerResponse, received: Received) => void)

export interface Receiver {
  readonly url: string
  /** In the order of arrival. */
  readonly received: Received[]
  /** What comes next is answered so: a status, or by hand. */
  answerWith(answer: Answer): void
}

/** A real HTTP server on loopback that keeps what it gets. */
export async function startReceiver(t: Test, firstAnswer: Answer = 204): Promise<Receiver> {
  let answer = firstAnswer
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    const { headers } = request
    const each = { id: String(headers['webhook-id']), headers, body, event: JSON.parse(body) as Notified }
    received.push(each)
    if (typeof answer === 'number') response.writeHead(answer).end()
    else answer(response, each)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/events`,
    received,
    answerWith: next => {
      answer = next
    }
  }
}

/** The resource that a notification is about. */
export function resourceIn({ event }: Received): { readonly id: string; readonly name?: string; readonly status?: string } {
  const [resource] = Object.values(event.event)
  if (!resource) throw new Error('a notification without a resource')
  return resource
}
