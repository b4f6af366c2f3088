import type { FastifyHttpOptions, RawServerDefault } from 'fastify'

/** How long a client may take, in milliseconds, before its connection is cut. */
export interface ServerLimits {
  /** For the headers of a request. */
  readonly headersTimeoutMs: number
  /** For a whole request, from its first byte to its last. */
  readonly requestTimeoutMs: number
  /** How often the two limits above are checked. */
  readonly checkIntervalMs: number
  /** Between two requests of one connection. */
  readonly keepAliveTimeoutMs: number
  /** Without a byte in either direction. */
  readonly idleTimeoutMs: number
}

export const defaultServerLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  checkIntervalMs: 2_000,
  keepAliveTimeoutMs: 72_000,
  idleTimeoutMs: 120_000
}

/** The longest body that is read. */
export const MAX_BODY_BYTES = 1_048_576

/** The query string as it came. It is split where it is needed, by rules of our own. */
export interface RawQuery {
  readonly raw: string
}

const noQuery: RawQuery = { raw: '' }

/** What Fastify and Node are told about connections and paths. */
export function serverOptions(limits: ServerLimits): FastifyHttpOptions<RawServerDefault> {
  const { requestTimeoutMs, headersTimeoutMs, checkIntervalMs, keepAliveTimeoutMs, idleTimeoutMs } = limits
  return {
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionTimeout: idleTimeoutMs,
    // Only the three together end a body that drips: with `requestTimeout` alone it stays open for ever.
    http: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      connectionsCheckingInterval: checkIntervalMs,
      // The address in links is configured. Node's own answer to a missing Host header has no body.
      requireHostHeader: false
    },
    // A request that comes while the server stops is served; the connection is closed after it.
    return503OnClosing: false,
    // Failures are logged by the error handler; a child logger a request would cost more than the lookup.
    logger: false,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      // Node takes no longer URLs than this: an id that is too long is answered as one that does not exist.
      maxParamLength: 16_384,
      querystringParser: raw => (raw === '' ? noQuery : { raw }) as RawQuery & Record<string, unknown>
    }
  }
}
