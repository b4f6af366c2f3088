import type { ServerResponse } from 'node:http'
import { BUSY_FOR_S, type FmsFault } from '@crm-lite/domain/testing'
import { type Received, sendJson } from './start-fms.ts'

export const error = { '@type': 'Error', code: 'E1', reason: 'as it was told to' }

/** Whoever has no patience but for silence is told in the end, so that a test fails rather than waits. */
const DRIP_MS = 10
const DRIPS = 300

/** One more than may be read, with what was done in front. */
const FLOOD = ' '.repeat(1_048_576)

/**
 * Answers as a fault looks over HTTP. Where that is more than an answer which makes no sense, it is one that is fine but for the fault: who
 * puts up with the fault is found out.
 *
 * @param done what should have been answered, when it was done
 */
export function misbehave(
  fault: FmsFault,
  { method, url }: Received,
  response: ServerResponse,
  done: readonly [status: number, body: unknown, ...rest: unknown[]] | undefined
): unknown {
  const [status, body] = done ?? [200, undefined]
  const { '@type': type, id, ...rest } = { ...(body as Record<string, unknown>) }
  const text = JSON.stringify(body) ?? ''
  switch (fault) {
    case 'refuses':
      return sendJson(response, 400, error)
    case 'isBusy':
      return sendJson(response, 429, error, { 'retry-after': String(BUSY_FOR_S) })
    case 'breaks':
    case 'breaksAfter':
      return sendJson(response, 500, error)
    case 'losesAnswer':
      return response.destroy()
    case 'garbles':
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Service unavailable</body></html>')
    case 'forgetsId':
      return sendJson(response, 201, { '@type': type, ...rest })
    case 'mistakesType':
      return sendJson(response, 201, { '@type': 'Customer', id, ...rest })
    case 'isSilent':
    case 'isLate':
      return undefined
    case 'isDown':
      throw new Error('nobody should have been reached')
    case 'redirects':
      return response.writeHead(307, { location: url }).end()
    case 'sendsOn':
      return response.writeHead(303, { location: method === 'POST' ? `${url}/${String(id)}` : url }).end()
    case 'floods':
      return response.writeHead(status, JSON_TYPE).end(text + FLOOD)
    case 'drips':
      return drip(response.writeHead(status, JSON_TYPE), text)
    case 'breaksOff':
      response.writeHead(status, { ...JSON_TYPE, 'content-length': Buffer.byteLength(text) + 1 })
      return response.write(text, () => response.destroy())
    default:
      return fault satisfies never
  }
}

const JSON_TYPE = { 'content-type': 'application/json;charset=utf-8' }

function drip(response: ServerResponse, text: string): void {
  response.write(text)
  let drips = 0
  const timer = setInterval(() => (++drips < DRIPS ? response.write(' ') : response.end()), DRIP_MS)
  response.once('close', () => clearInterval(timer))
}
