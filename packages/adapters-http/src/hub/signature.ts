import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

/** A new secret to sign with: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

export interface SignedContent {
  /** The same on every attempt, so that a receiver can drop what it already has. */
  readonly id: string
  /** Of the attempt: receivers refuse what is older than five minutes. */
  readonly timestamp: Date
  readonly body: string
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
  const signatures = secrets.map(secret => new Webhook(secret).sign(content.id, content.timestamp, content.body))
  return {
    'webhook-id': content.id,
    'webhook-timestamp': String(Math.floor(content.timestamp.getTime() / 1000)),
    'webhook-signature': signatures.join(' ')
  }
}
