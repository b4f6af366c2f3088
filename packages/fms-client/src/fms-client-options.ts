/** A secret as it is, or where to read it: it is asked for anew when the FMS does not take it, so that it can be changed while we run. */
export type Secret = string | (() => string | Promise<string>)

export type Authentication =
  /** Sent as `Authorization: Bearer`. */
  | { readonly kind: 'token'; readonly token: Secret }
  /** OAuth 2 (RFC 6749, 4.4). The token is kept until shortly before its end. */
  | {
      readonly kind: 'clientCredentials'
      readonly tokenUrl: string
      readonly clientId: string
      readonly clientSecret: Secret
      readonly scope?: string
      readonly audience?: string
      /** How the client says who it is. `basic` by default. */
      readonly sendAs?: 'basic' | 'body'
    }

/**
 * How to find a service order by what we called it. Choose one that this FMS really follows: where it can't be trusted, a look-up fails
 * rather than to say that there is nothing.
 */
export type LookUpStrategy =
  | {
      /** `GET /serviceOrder?externalId=...` */
      readonly by: 'externalId'
      /** `externalId` by default. */
      readonly parameter?: string
      /** For those that answer 404 where others give an empty list. False by default: it could also be a wrong path. */
      readonly notFoundMeansNone?: boolean
    }
  | {
      /** Page after page, until it is found or the list is over. */
      readonly by: 'listing'
      /** 100 by default, 2 at least: pages overlap by one. */
      readonly pageSize?: number
      /** 100 by default; a list that is longer can't tell that something isn't there. One that changes is read three times at most. */
      readonly maxPages?: number
      /**
       * More that is asked for, such as `sort: '-orderDate'`: by what does not change. A filter has to let every order of ours pass in every state:
       * what it leaves out is taken for not being there.
       */
      readonly query?: Readonly<Record<string, string>>
    }
  | { readonly by: 'none' }

export type FmsCall = 'create' | 'get' | 'list' | 'cancel' | 'cancellation' | 'subscribe' | 'unsubscribe'

/** What came of a call, for logs and metrics; nothing personal. */
export interface FmsCallReport {
  readonly call: FmsCall
  readonly durationMs: number
  readonly outcome: 'ok' | 'refused' | 'unreadable' | 'unreachable'
  /** Of the failure. */
  readonly code?: string
}

export interface FmsClientOptions {
  /** `https://fms.example`, without credentials; what path it has stands before `path`. */
  readonly baseUrl: string
  /** Of the API: `/tmf-api/serviceOrdering/v4` by default, or `v3` by `version`. */
  readonly path?: string
  /** The shape in which orders are sent; both are read. `v4` (that is v4.1) by default. */
  readonly version?: 'v4' | 'v3'
  /** Sent with every call to the API. */
  readonly headers?: Readonly<Record<string, string>>
  readonly authentication?: Authentication
  /** By `externalId` by default. */
  readonly lookUp?: LookUpStrategy
  /** For everything together: connection, request, answer. 10 s by default, 20 s for `create`. A token has as much for itself. */
  readonly timeoutsMs?: Partial<Readonly<Record<FmsCall, number>>>
  /** For name and connection, TLS included. 3 s by default. */
  readonly connectTimeoutMs?: number
  /** Longer answers are not read. 1 MiB by default, and at most. */
  readonly maxAnswerBytes?: number
  /** Calls at the same time, 16 by default, and how many more may wait for their turn, 64 by default; one more is `busy`. */
  readonly maxConcurrent?: number
  readonly maxWaiting?: number
  /** After so many calls in a row without an answer, or with one from 500 up, nothing is sent until a probe went well. */
  readonly breaker?: {
    /** 5 by default. */
    readonly failures?: number
    /** 10 s by default. */
    readonly probeAfterMs?: number
  }
  /** Certificate authorities (PEM) to trust in place of Node's own. */
  readonly certificateAuthorities?: readonly string[]
  /** For an FMS that asks who connects (PEM). */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string }
  readonly onCall?: (report: FmsCallReport) => void
  readonly onBreakerChange?: (state: 'open' | 'halfOpen' | 'closed') => void
}

export interface FmsSettings {
  readonly api: URL
  readonly version: 'v4' | 'v3'
  readonly headers: Readonly<Record<string, string>>
  readonly lookUp: LookUpStrategy
  readonly timeoutsMs: Readonly<Record<FmsCall, number>>
  readonly maxAnswerBytes: number
}

export const MAX_ANSWER_BYTES = 1_048_576

/** @throws {Error} that says what is wrong, without repeating what was given */
export function settingsOf(options: FmsClientOptions): FmsSettings {
  const version = options.version ?? 'v4'
  const api = httpUrl('baseUrl', options.baseUrl)
  api.pathname = `${api.pathname}/${options.path ?? `/tmf-api/serviceOrdering/${version}`}`
    .replaceAll(/\/+/g, '/')
    .replace(/\/$/, '')
  return {
    api,
    version,
    headers: checkedHeaders(options),
    lookUp: options.lookUp ?? { by: 'externalId' },
    timeoutsMs: { ...defaultTimeoutsMs, ...options.timeoutsMs },
    maxAnswerBytes: Math.min(options.maxAnswerBytes ?? MAX_ANSWER_BYTES, MAX_ANSWER_BYTES)
  }
}

const OTHERS_MS = 10_000

const defaultTimeoutsMs: Readonly<Record<FmsCall, number>> = {
  create: 20_000,
  get: OTHERS_MS,
  list: OTHERS_MS,
  cancel: OTHERS_MS,
  cancellation: OTHERS_MS,
  subscribe: OTHERS_MS,
  unsubscribe: OTHERS_MS
}

/** Ours to set. */
const RESERVED = new Set(['host', 'connection', 'content-length', 'content-type', 'transfer-encoding', 'expect', 'upgrade'])

function checkedHeaders({ headers = {}, authentication }: FmsClientOptions): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  for (const [name, value] of entries) {
    if (!/^[!#$%&'*+.^_`|~a-z0-9-]+$/.test(name) || RESERVED.has(name))
      throw new Error('headers: one has a name that cannot be set')
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw new Error(`headers: ${name} holds a character that no header may have`)
    if (name === 'authorization' && authentication) throw new Error('headers: authorization is set by the authentication')
  }
  return Object.fromEntries(entries)
}

/** @throws {Error} that does not repeat the URL, which may hold a password */
export function httpUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new Error(`${name}: not an http or https URL`)
  if (url.username || url.password) throw new Error(`${name}: credentials do not belong into the URL`)
  if (url.search || url.hash) throw new Error(`${name}: a query or a fragment does not belong into the URL`)
  return url
}
