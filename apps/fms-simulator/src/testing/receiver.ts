import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A callback as it arrived. */
export interface Received {
  readonly path: string
  readonly text: string
  readonly body:
    | { readonly eventId: string; readonly eventType: string; readonly event: Readonly<Record<string, Record<string, unknown>>> }
    | undefined
}

/** Somebody who takes callbacks. */
export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** What it answers, from now on; 201 at first. */
  status: number
}

/** Starts one that ends with the test. */
export async function startReceiver(t: Test): Promise<Receiver> {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      received.push({ path: request.url ?? '', text, body: parsed(text) })
      response.writeHead(receiver.status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const receiver: Receiver = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, status: 201 }
  return receiver
}

function parsed(text: string): Received['body'] {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
