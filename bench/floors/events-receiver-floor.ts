/**
 * Receives events on the loopback interface and says 204.
 *
 * Messages: `{ expect: n }` is answered when n have come, with how fast they came; `{ listen: true }` with the callback,
 * `{ bodies: n }` with the first n bodies that ever came.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerMessages } from './events-messages.ts'

const MAX_BODIES = 5_000
/** What comes while everybody is still warming up. */
const UNCOUNTED = 0.1

const bodies: string[] = []
let expected = 0
let arrived = 0
let firstAt = 0
let counted = 0
let onComplete = () => {}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (bodies.length < MAX_BODIES) bodies.push(Buffer.concat(chunks).toString())
    response.writeHead(204).end()
    arrive()
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

function arrive(): void {
  arrived++
  if (arrived === Math.ceil(expected * UNCOUNTED)) {
    firstAt = performance.now()
    counted = arrived
  }
  if (arrived === expected) onComplete()
}

answerMessages(async (message: { readonly expect?: number; readonly bodies?: number }) => {
  if (message.bodies !== undefined) return { bodies: bodies.slice(0, message.bodies) }
  if (message.expect === undefined) return { callback: `http://127.0.0.1:${port}/events` }
  expected = message.expect
  arrived = 0
  await new Promise<void>(resolve => {
    onComplete = resolve
  })
  return { perS: ((arrived - counted) * 1000) / (performance.now() - firstAt) }
})
