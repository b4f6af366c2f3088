import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { httpUrl } from '../network-address.ts'
import { CommandFailed } from './failure.ts'

export interface ReceiverOptions {
  readonly host: string
  readonly port: number
  readonly secret: readonly string[]
  /** The status to answer with. */
  readonly answer: number
}

type Verdict = 'signature ok' | 'signature WRONG' | 'not verified'

const MAX_BODY_BYTES = 10 * 1024 * 1024

/** Listens until the process ends. */
export async function receiveWebhooks(options: ReceiverOptions, print: (text: string) => void): Promise<Server> {
  const verifiers = options.secret.map(verifierOf)
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (body === undefined) return void response.writeHead(413).end()
    const verdict = verdictOn(body, request.headers, verifiers)
    const status = verdict === 'signature WRONG' ? 401 : options.answer
    print(reportOf(request, body, `${verdict}, answered ${status}`))
    response.writeHead(status).end()
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  print(`Send events to ${httpUrl(options.host, port)}/. Ctrl+C stops.\n`)
  return server
}

function verifierOf(secret: string): Webhook {
  try {
    return new Webhook(secret)
  } catch {
    throw new CommandFailed('--secret must be a secret as the hub gives it: whsec_ and base64')
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function verdictOn(body: string, headers: IncomingHttpHeaders, verifiers: readonly Webhook[]): Verdict {
  if (verifiers.length === 0) return 'not verified'
  const signed = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  )
  const isRight = verifiers.some(verifier => {
    try {
      verifier.verify(body, signed)
      return true
    } catch {
      return false
    }
  })
  return isRight ? 'signature ok' : 'signature WRONG'
}

function reportOf(request: IncomingMessage, body: string, verdict: string): string {
  const time = new Date().toISOString().slice(11, 23)
  const id = request.headers['webhook-id'] ?? 'no webhook-id'
  return `\n${time}  ${eventTypeIn(body)}  ${String(id)}  (${verdict})\n${indented(body)}\n`
}

function eventTypeIn(body: string): string {
  const event = parsed(body)
  const type: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'eventType') : undefined
  return typeof type === 'string' ? type : 'no eventType'
}

function indented(body: string): string {
  const event = parsed(body)
  return event === undefined ? body : JSON.stringify(event, undefined, 2)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
