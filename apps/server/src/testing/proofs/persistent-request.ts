import { setTimeout as pause } from 'node:timers/promises'

export interface PersistentRequest {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  /** Where the server is now; it may be another one a moment later. */
  readonly url: () => string
  readonly body?: object
  readonly idempotencyKey: string
  /** It is sent again, because the server was gone before it answered. */
  readonly onRepeat: () => void
}

const ANSWER_PATIENCE_MS = 60_000
const PAUSE_MS = 20

/** Sends a write, again with the same idempotency key until it is answered; an answer of 503 is none. */
export async function sendUntilAnswered(request: PersistentRequest): Promise<Response> {
  const deadline = performance.now() + ANSWER_PATIENCE_MS
  for (;;) {
    const response = await send(request).catch(error => {
      if (performance.now() > deadline) throw error
    })
    if (response && response.status !== 503) return response
    await response?.arrayBuffer()
    request.onRepeat()
    await pause(PAUSE_MS)
  }
}

function send({ method, url, body, idempotencyKey }: PersistentRequest): Promise<Response> {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return fetch(url(), {
    method,
    headers: { 'idempotency-key': idempotencyKey, ...(body && { 'content-type': contentType }) },
    ...(body && { body: JSON.stringify(body) })
  })
}
