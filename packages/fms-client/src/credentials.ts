import { type Static, Type } from '@sinclair/typebox'
import { type Authentication, type FmsClientOptions, httpUrl, type Secret } from './fms-client-options.ts'
import { parseJson } from './json.ts'
import type { HttpRequest, Transport } from './transport.ts'
import { compile } from './validation.ts'

export type Credentials =
  | { readonly kind: 'ok'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'noToken'; readonly status?: number; readonly error?: string }

/** Who we are, as headers. */
export interface CredentialSource {
  headers(): Promise<Credentials>
  /** The FMS did not take what it was given; answers whether asking again makes sense. */
  renew(refused: Readonly<Record<string, string>>): boolean
}

export function credentialsFor(options: FmsClientOptions, transport: Transport): CredentialSource {
  const { authentication } = options
  if (!authentication) return { headers: async () => ({ kind: 'ok', headers: {} }), renew: () => false }
  if (authentication.kind === 'token') return new StaticToken(authentication.token)
  return new ClientCredentials(authentication, transport)
}

class StaticToken implements CredentialSource {
  readonly #token: Secret

  constructor(token: Secret) {
    this.#token = token
  }

  async headers(): Promise<Credentials> {
    const token = await read(this.#token, HEADER_SAFE)
    return token === undefined ? unusable : bearer(token)
  }

  renew(): boolean {
    return typeof this.#token === 'function'
  }
}

type ClientCredentialsOptions = Extract<Authentication, { readonly kind: 'clientCredentials' }>

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 65_536
const DEFAULT_LIFETIME_S = 300
/** A token is not used in the last part of its time, which is at most a minute: it must not end while a request is on its way. */
const MARGIN = { part: 0.1, maxS: 60 }

const TokenAnswer = Type.Object({
  access_token: Type.String({ minLength: 1, maxLength: 16_384, pattern: '^[A-Za-z0-9._~+/=-]+$' }),
  token_type: Type.Optional(Type.String()),
  expires_in: Type.Optional(Type.Union([Type.Number(), Type.String({ pattern: '^\\d{1,9}$' })]))
})
const isTokenAnswer = compile<Static<typeof TokenAnswer>>(TokenAnswer)

/** One token for all calls; those that need one at the same time wait for the same. */
class ClientCredentials implements CredentialSource {
  readonly #options: ClientCredentialsOptions
  readonly #tokenUrl: URL
  readonly #transport: Transport
  #token: { readonly headers: Readonly<Record<string, string>>; readonly usableUntilMs: number } | undefined
  #asking: Promise<Credentials> | undefined

  constructor(options: ClientCredentialsOptions, transport: Transport) {
    this.#options = options
    this.#tokenUrl = httpUrl('tokenUrl', options.tokenUrl)
    this.#transport = transport
  }

  async headers(): Promise<Credentials> {
    if (this.#token && performance.now() < this.#token.usableUntilMs) return { kind: 'ok', headers: this.#token.headers }
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  renew(refused: Readonly<Record<string, string>>): boolean {
    // Somebody else may have been refused with the same one and have renewed it by now.
    if (this.#token?.headers['authorization'] === refused['authorization']) this.#token = undefined
    return true
  }

  async #ask(): Promise<Credentials> {
    const askedAtMs = performance.now()
    const secret = await read(this.#options.clientSecret, PRINTABLE)
    if (secret === undefined) return unusable
    const outcome = await this.#transport.sendAside(this.#request(secret))
    if (outcome.kind !== 'answer') return { kind: 'noToken' }
    const { status, text, isTooLong } = outcome
    const parsed = isTooLong ? undefined : parseJson(text)
    const answer = parsed?.kind === 'ok' ? parsed.value : undefined
    if (status !== 200 || !isTokenAnswer(answer) || !/^bearer$/i.test(answer.token_type ?? 'bearer')) {
      return { kind: 'noToken', status, ...errorOf(answer) }
    }
    const lifetimeS = Number(answer.expires_in ?? DEFAULT_LIFETIME_S)
    const marginS = Math.min(lifetimeS * MARGIN.part, MARGIN.maxS)
    const credentials = bearer(answer.access_token)
    this.#token = { headers: credentials.headers, usableUntilMs: askedAtMs + (lifetimeS - marginS) * 1000 }
    return credentials
  }

  #request(secret: string): HttpRequest {
    const { clientId, scope, audience, sendAs = 'basic' } = this.#options
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope !== undefined && { scope }),
      ...(audience !== undefined && { audience }),
      ...(sendAs === 'body' && { client_id: clientId, client_secret: secret })
    })
    return {
      method: 'POST',
      url: this.#tokenUrl,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(sendAs === 'basic' && { authorization: basic(clientId, secret) })
      },
      body: form.toString(),
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES
    }
  }
}

function bearer(token: string) {
  return { kind: 'ok', headers: { authorization: `Bearer ${token}` } } as const
}

/** Both parts are form-encoded first (RFC 6749, 2.3.1). */
function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map(text => new URLSearchParams({ x: text }).toString().slice(2)).join(':')
  return `Basic ${Buffer.from(encoded).toString('base64')}`
}

/** One of the words that the standard has for it (RFC 6749, 5.2). */
function errorOf(answer: unknown): { error?: string } {
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : undefined
  return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? { error } : {}
}

const unusable = { kind: 'noToken', error: 'unusable_secret' } as const

const HEADER_SAFE = /^[\x21-\x7e]+$/
const PRINTABLE = /^\P{Cc}+$/u

/** @returns undefined when it can't be read now, or can't be what it should be; what was wrong with it might tell too much */
async function read(secret: Secret, form: RegExp): Promise<string | undefined> {
  try {
    const text = (typeof secret === 'string' ? secret : await secret()).trim()
    return form.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
