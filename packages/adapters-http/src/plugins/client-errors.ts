import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorCode } from '../representation/error-codes.ts'
import { failureOf } from '../representation/failure.ts'
import { JSON_TYPE, tmfError } from '../representation/tmf-error.ts'
import { newRequestId, requestIdOf } from './request-context.ts'

/** What Node refuses before there is a request. */
const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'bodyTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout'
}

/** For `clientErrorHandler`: answers on the bare socket what is not HTTP or comes too slowly, and closes it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const failure = failureOf(codes[error.code ?? ''] ?? 'malformedRequest')
  const requestId = newRequestId()
  const body = JSON.stringify(tmfError(failure, requestId))
  const head = [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close'
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

/** For requests whose `Expect` header is anything but `100-continue`: Node's own answer has no body. */
export function answerExpectation(request: IncomingMessage, response: ServerResponse): void {
  const failure = failureOf('expectationFailed')
  const requestId = requestIdOf(request)
  response.writeHead(failure.status, { 'content-type': JSON_TYPE, 'x-request-id': requestId, connection: 'close' })
  response.end(JSON.stringify(tmfError(failure, requestId)))
}
