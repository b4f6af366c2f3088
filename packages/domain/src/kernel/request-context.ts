/** Who asks, on whose behalf. Travels with every change. */
export interface RequestContext {
  readonly tenant: string
  /** Who is responsible for the change. */
  readonly actor: string
  /** Ties together everything that one request caused. */
  readonly correlationId: string
  /** The trace that the request belongs to, passed on with its events. @source W3C Trace Context */
  readonly traceparent?: string
  /** Given when the caller may repeat the request and wants it done once. */
  readonly idempotency?: IdempotentRequest
}

/** Identifies a request that may be repeated. */
export interface IdempotentRequest {
  /** What the key is unique within, besides the tenant: method and path of an HTTP request. */
  readonly scope: string
  readonly key: string
  /** A digest of the request: the same key with another fingerprint is refused. */
  readonly fingerprint: string
}

/** How long the answer to an idempotent request is kept. */
export const IDEMPOTENCY_RETENTION_MS = 24 * 60 * 60 * 1000
