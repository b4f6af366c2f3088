import type { UnreachableReason } from '@crm-lite/domain'
import { errors } from 'undici'
import { ForbiddenAddressError, UnresolvedNameError } from './callback-guard.ts'

/** What came of sending a webhook. Never anything that the receiver wrote, but for the status and `Retry-After`. */
export type WebhookResult =
  /** Any 2xx. */
  | { readonly kind: 'delivered'; readonly status: number }
  /** 410. */
  | { readonly kind: 'gone' }
  /** Any other status; redirects are among them, they aren't followed. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'unreachable'; readonly reason: UnreachableReason }
  /**
   * Given up on our side: `busy`, no room in the lane; `late`, past the time until which it might be sent; both before anything was
   * sent. `aborted`, by the caller, or the sender was closed: the receiver may have it or not.
   */
  | { readonly kind: 'withdrawn'; readonly reason: 'busy' | 'late' | 'aborted' }

export function resultOfStatus(status: number, retryAfterMs: number | undefined): WebhookResult {
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  if (status === 410) return { kind: 'gone' }
  return retryAfterMs === undefined ? { kind: 'refused', status } : { kind: 'refused', status, retryAfterMs }
}

/**
 * @param connected whether a connection, a secure one if it was to be, had come about
 * @returns undefined when it isn't the receiver's doing but a mistake in the request
 */
export function resultOfError(error: Error, connected: boolean, secure: boolean): WebhookResult | undefined {
  if (error instanceof errors.InvalidArgumentError) return undefined
  return { kind: 'unreachable', reason: connected ? answerFault(error) : connectionFault(error, secure) }
}

function answerFault(error: Error): UnreachableReason {
  return error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError ? 'timeout' : 'badAnswer'
}

function connectionFault(error: Error, secure: boolean): UnreachableReason {
  if (error instanceof ForbiddenAddressError) return 'forbiddenAddress'
  return secure && !isConnectError(error) ? 'tls' : 'connection'
}

/** Several addresses that were tried in turn fail as an `AggregateError`. */
function isConnectError(error: Error): boolean {
  if (error instanceof UnresolvedNameError || error instanceof errors.ConnectTimeoutError || error instanceof AggregateError)
    return true
  return 'syscall' in error && error.syscall === 'connect'
}
