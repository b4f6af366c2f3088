import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

/** What was sealed can't be opened: changed, cut off, meant for another place, or sealed with a key that we don't have. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/**
 * Encrypts secrets for storing (AES-256-GCM). A sealed text is `v1.<key id>.<nonce, tag and encrypted text in base64url>`; the key id
 * tells which key opens it, so that the key can be changed while texts sealed with the old one are still around.
 */
export class SecretBox {
  readonly #keys = new Map<string, Buffer>()
  readonly #sealingKeyId: string

  /**
   * @param key 32 bytes, as hex or base64
   * @param olderKeys open what they sealed, seal nothing any more
   * @throws {Error} when a key isn't one; it isn't repeated in the message
   */
  constructor(key: string, olderKeys: readonly string[] = []) {
    this.#sealingKeyId = this.#add(key)
    for (const olderKey of olderKeys) this.#add(olderKey)
  }

  /** @param place where it will be stored, such as an id: it opens nowhere else */
  seal(text: string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#sealingKeyId)!, nonce)
    cipher.setAAD(Buffer.from(place))
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return [VERSION, this.#sealingKeyId, Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url')].join('.')
  }

  /** @throws {SealBroken} */
  open(sealed: string, place: string): string {
    const [version, keyId = '', data = '', ...rest] = sealed.split('.')
    const key = this.#keys.get(keyId)
    const bytes = Buffer.from(data, 'base64url')
    if (version !== VERSION || rest.length > 0 || bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new SealBroken('not a sealed text')
    if (!key) throw new SealBroken('sealed with a key that is not configured')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    try {
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch (cause) {
      throw new SealBroken('changed, or sealed for another place', { cause })
    }
  }

  #add(text: string): string {
    const key = keyBytes(text)
    const id = createHash('sha256').update(key).digest('hex').slice(0, 8)
    this.#keys.set(id, key)
    return id
  }
}

/** A new key for a `SecretBox`, in base64. */
export function newSecretKey(): string {
  return randomBytes(KEY_BYTES).toString('base64')
}

function keyBytes(text: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64') // either alphabet
  throw new Error(`a secret key must be ${KEY_BYTES} bytes, as 64 hexadecimal digits or as base64`)
}
