import { createHash, randomBytes } from 'node:crypto'

/** 256 bits: whoever tried a billion a second would find none in the age of the universe. */
const TOKEN_BYTES = 32
const TOKEN = /^[\w-]{43}$/

/** What a customer is given, and the id under which it is kept: nobody finds the one from the other. */
export function newTrackingToken(): { readonly token: string; readonly id: string } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return { token, id: digestOf(token) }
}

/** The id of the token that a client sent; undefined for what cannot be a token of ours and need not be looked up. */
export function trackingTokenId(token: string): string | undefined {
  return TOKEN.test(token) ? digestOf(token) : undefined
}

/** A plain digest will do: what is random needs neither salt nor a slow one. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
