import { errors } from 'undici'

/**
 * Why there was no answer.
 *
 * | reason | meaning |
 * |---|---|
 * | `connection` | no connection: the name isn't known, nobody listens, nobody answers |
 * | `tls` | connected, but no secure connection: a bad certificate, another protocol |
 * | `timeout` | connected and asked, but no complete answer in time |
 * | `brokenOff` | connected and asked, but the answer broke off or was no HTTP |
 *
 * @param wasSent whether a connection, a secure one if it was to be, had come about
 * @returns undefined when it isn't the doing of the other side but a mistake in the request
 */
export function noAnswerOf(
  error: Error,
  wasSent: boolean,
  isSecure: boolean
): 'connection' | 'tls' | 'timeout' | 'brokenOff' | undefined {
  if (error instanceof errors.InvalidArgumentError) return undefined
  if (!wasSent) return isSecure && !isConnectError(error) ? 'tls' : 'connection'
  return error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError ? 'timeout' : 'brokenOff'
}

/** Several addresses that were tried in turn fail as an `AggregateError`. */
function isConnectError(error: Error): boolean {
  if (error instanceof errors.ConnectTimeoutError || error instanceof AggregateError) return true
  return 'syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')
}
