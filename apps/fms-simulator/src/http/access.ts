import { randomBytes } from 'node:crypto'
import { Mistake } from '../checker.ts'
import type { Access } from '../options.ts'

const LIFETIME_S = 3_600

/** Who may use the API. Tokens that were given out are known to this process only. */
export class Gate {
  readonly #access: Access | undefined
  /** When each token ends, in milliseconds since 1970. */
  readonly #tokens = new Map<string, number>()

  constructor(access: Access | undefined) {
    this.#access = access
  }

  /** @throws {Mistake} 401 when the header carries no valid token */
  check(authorization: string | undefined): void {
    if (!this.#access) return
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined || !this.#isValid(token))
      throw new Mistake('The token is missing, wrong or too old', 'unauthorized', 401)
  }

  /**
   * Gives out a token for client credentials.
   *
   * @param authorization of the request, where the credentials may stand as well as in the body
   * @throws {Mistake} 401 when they are wrong, 404 where nobody needs a token
   * @source RFC 6749, 2.3.1 and 4.4
   */
  grant(form: URLSearchParams, authorization: string | undefined): Readonly<Record<string, unknown>> {
    if (!this.#access || 'token' in this.#access) throw new Mistake('No tokens are given out here', 'notFound', 404)
    const { clientId, clientSecret, lifetimeS = LIFETIME_S } = this.#access
    const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1]
    const [id, secret] = basic === undefined ? [form.get('client_id'), form.get('client_secret')] : credentialsIn(basic)
    if (form.get('grant_type') !== 'client_credentials' || id !== clientId || secret !== clientSecret)
      throw new Mistake('The credentials are wrong', 'invalid_client', 401)
    const token = randomBytes(24).toString('base64url')
    this.#tokens.set(token, Date.now() + lifetimeS * 1_000)
    return { access_token: token, token_type: 'Bearer', expires_in: lifetimeS }
  }

  /** No token that was given out is valid any more. */
  revoke(): void {
    this.#tokens.clear()
  }

  #isValid(token: string): boolean {
    if (this.#access && 'token' in this.#access) return token === this.#access.token
    return (this.#tokens.get(token) ?? 0) > Date.now()
  }
}

function credentialsIn(basic: string): readonly (string | undefined)[] {
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const at = text.indexOf(':')
  return [text.slice(0, at), text.slice(at + 1)].map(part => decodeURIComponent(part.replaceAll('+', '%20')))
}
