import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from './start-crm.ts'

export interface Asked {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A status, and what stands in the body as JSON. */
export type FmsAnswer = readonly [status: number, body: unknown]

/** What an FMS, or who gives out its tokens, is asked: kept, and answered as the test says. */
export async function startFms(t: Test, answer: (asked: Asked) => FmsAnswer | Promise<FmsAnswer>, tls?: ServerOptions) {
  const asked: Asked[] = []
  const listener: RequestListener = async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const each = { method, path, headers, body: await text(request) }
    asked.push(each)
    const [status, body] = await answer(each)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
