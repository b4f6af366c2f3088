import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
const BASE64 = /^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** A new secret to sign with: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`
}

export interface SignedContent {
  /** The same on every attempt, so that a receiver can drop what it already has. */
  readonly id: string
  /** Of the attempt: receivers refuse what is older than five minutes. */
  readonly timestamp: Date
  /** As text, or as its bytes in UTF-8. */
  readonly body: string | Uint8Array
}

/**
 * The headers that prove where a webhook comes from: one signature per secret, so that a receiver may verify with the old secret or
 * with the new one while they change.
 *
 * @param secrets newest first, at least one
 * @throws {Error} when a secret isn't base64 after `whsec_`
 * @source Standard Webhooks specification, "Signature scheme"
 */
export function signatureHeaders(content: SignedContent, secrets: readonly string[]): Record<string, string> {
  if (secrets.length === 0) throw new Error('a webhook needs a secret to be signed with')
  const timestamp = String(Math.floor(content.timestamp.getTime() / 1000))
  const head = `${content.id}.${timestamp}.`
  return {
    'webhook-id': content.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets
      .map(secret => `v1,${createHmac('sha256', keyOf(secret)).update(head).update(content.body).digest('base64')}`)
      .join(' ')
  }
}

const MAX_KEYS = 1_000
const keys = new Map<string, KeyObject>()

/**
 * Made once a secret: making it costs five times as much as signing. The library that receivers verify with signs too, but with a
 * SHA-256 in JavaScript, which was a tenth of a delivery.
 */
function keyOf(secret: string): KeyObject {
  const known = keys.get(secret)
  if (known) return known
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  if (!BASE64.test(text)) throw new Error('a secret to sign with must be base64')
  if (keys.size >= MAX_KEYS) keys.clear()
  const key = createSecretKey(text, 'base64')
  keys.set(secret, key)
  return key
}
