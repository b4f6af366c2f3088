import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { drawn } from '../faults/draw.ts'
import type { AnswerFault } from '../faults/fault-plan.ts'
import type { Fault } from '../faults/faults.ts'
import type { HiddenRequest } from '../kept.ts'

/** What a request is answered with. */
export interface Answer {
  readonly status: number
  readonly body?: Readonly<Record<string, unknown>> | readonly unknown[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A request to which something is to happen. */
export interface Asked {
  readonly reply: FastifyReply
  /** Does what was asked for. */
  readonly act: () => Answer
  /** To do it later, when nobody waits any more; absent when there is nothing to do but to answer. */
  readonly hidden: HiddenRequest | undefined
  readonly about: string
}

/** What a fault needs of the simulator. */
export interface FaultyServer {
  readonly settleMs: number
  readonly seed: () => number
  /** Does a hidden request after so long. */
  readonly commitLater: (request: HiddenRequest, inMs: number) => void
  /** Refuses connections for so long. */
  readonly refuse: (durationMs: number) => void
}

const SILENCE_MS = 120_000
const REFUSING_MS = 1_000
const HUGE_BYTES = 20 * 1_048_576
const DRIP_MS = 250
const CHUNK = Buffer.alloc(65_536, 'x')
const JSON_TYPE = 'application/json;charset=utf-8'
const statuses = { error500: 500, error502: 502, error503: 503, error429: 429 } as const
const HTML = '<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>'

/** Answers a request, or doesn't, as the fault says. */
export function answerFaultily(fault: Fault<AnswerFault>, asked: Asked, server: FaultyServer): unknown {
  const { reply, act, hidden, about } = asked
  switch (fault.fault) {
    case 'error500':
    case 'error502':
    case 'error503':
    case 'error429':
      if (fault.commits) act()
      return sendError(reply, statuses[fault.fault], fault.retryAfterS)
    case 'html':
      if (fault.commits) act()
      return reply.code(200).type('text/html').send(HTML)
    case 'redirect':
      if (fault.commits) act()
      return reply.code(302).header('location', '/elsewhere').send()
    case 'connectionReset':
      return cut(reply)
    case 'connectionRefused':
      cut(reply)
      return server.refuse(fault.durationMs ?? REFUSING_MS)
    case 'silence':
      return beSilent(reply, fault.durationMs)
    case 'silenceThenCommit':
      if (hidden)
        server.commitLater(hidden, fault.delayMs ?? Math.floor(drawn(server.seed(), `settle ${about}`) * server.settleMs))
      return beSilent(reply, fault.durationMs)
    case 'answerLost':
      act()
      return cut(reply)
    case 'wrongType':
    case 'noId':
    case 'unknownState':
      return send(reply, spoiled(act(), fault.fault))
    case 'hugeAnswer':
      return sendHuge(reply, act(), fault.bytes ?? HUGE_BYTES)
    case 'slowDrip':
      return drip(reply, act(), fault.delayMs ?? DRIP_MS)
    case 'cutOff':
      return cutOff(reply, act())
  }
}

/** Answers a request as it should be. */
export function send(reply: FastifyReply, { status, body, headers = {} }: Answer): unknown {
  reply.code(status).headers(headers)
  return body === undefined ? reply.send() : reply.type(JSON_TYPE).send(JSON.stringify(body))
}

function sendError(reply: FastifyReply, status: number, retryAfterS: number | undefined): unknown {
  const headers = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }
  return send(reply, {
    status,
    headers,
    body: { '@type': 'Error', code: 'planned', reason: 'The fault plan says so', status: String(status) }
  })
}

function spoiled({ body = {}, headers: _, ...rest }: Answer, how: 'wrongType' | 'noId' | 'unknownState'): Answer {
  if (how === 'wrongType') return { ...rest, body: { ...body, '@type': 'ProductOrder' } }
  if (how === 'unknownState') return { ...rest, body: { ...body, state: 'beamedUp' } }
  const { id: _id, href: _href, ...nameless } = body as Readonly<Record<string, unknown>>
  return { ...rest, body: nameless }
}

function cut(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.destroy()
}

function beSilent(reply: FastifyReply, durationMs = SILENCE_MS): void {
  reply.hijack()
  const timer = setTimeout(() => reply.raw.destroy(), durationMs)
  reply.raw.once('close', () => clearTimeout(timer))
}

/** The right answer with an attribute too many, as long as was asked for. */
function sendHuge(reply: FastifyReply, { status, body = {} }: Answer, bytes: number): unknown {
  const text = JSON.stringify(Array.isArray(body) ? { list: body } : body)
  function* parts(): Generator<string | Buffer> {
    yield `${text.slice(0, -1)},"padding":"`
    for (let left = bytes; left > 0; left -= CHUNK.length) yield left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK
    yield '"}'
  }
  return reply
    .code(status)
    .type(JSON_TYPE)
    .send(Readable.from(parts(), { objectMode: false }))
}

/** The right answer, a few bytes at a time. */
function drip(reply: FastifyReply, { status, body = {} }: Answer, everyMs: number): void {
  const text = Buffer.from(JSON.stringify(body))
  reply.hijack()
  reply.raw.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': text.length })
  let at = 0
  const timer = setInterval(() => {
    reply.raw.write(text.subarray(at, at + 8))
    at += 8
    if (at < text.length) return
    clearInterval(timer)
    reply.raw.end()
  }, everyMs)
  reply.raw.once('close', () => clearInterval(timer))
}

/** Half of the right answer. */
function cutOff(reply: FastifyReply, { status, body = {} }: Answer): void {
  const text = Buffer.from(JSON.stringify(body))
  reply.hijack()
  reply.raw.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': text.length })
  reply.raw.write(text.subarray(0, text.length >> 1), () => reply.raw.destroy())
}
