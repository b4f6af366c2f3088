import { lookup as lookUp } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { isAllowedAddress, parseCidrs } from './address-rules.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

export interface CallbackGuardOptions {
  /** Allows http and loopback addresses. */
  readonly development: boolean
  /** Networks that may be called although they aren't public, `10.20.0.0/16`. */
  readonly allowedCidrs: readonly string[]
  /** All addresses of a name; the operating system's by default. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>
  /** How long a registration waits for a name to resolve, in milliseconds. */
  readonly registrationTimeoutMs?: number
}

/** A callback leads where we don't send to. Says so without the address: that would tell a stranger about our network. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError'
}

/** A name has no address, as far as we can find out now. */
export class UnresolvedNameError extends Error {
  override readonly name = 'UnresolvedNameError'
}

const MAX_FINE = 1_000
const NOT_PUBLIC = 'must not lead to an address that is not public'

/**
 * Keeps callbacks from reaching what only we can reach: whoever may subscribe chooses where we connect to.
 *
 * A name is judged by its addresses, all of them, where the connection looks it up (`lookup`): what a check before that saw may have
 * changed since. A connection to a literal address looks nothing up, so `checkUrl` is needed before every send as well.
 */
export class CallbackGuard {
  readonly #options: CallbackGuardOptions
  readonly #allowed: ReturnType<typeof parseCidrs>
  /** Callbacks whose text is fine: each is looked at before every send, and what may be called does not change. */
  readonly #fine = new Set<string>()
  readonly #resolving = new Map<string, Promise<readonly ResolvedAddress[]>>()

  /** @throws {Error} when one of the networks isn't written as one */
  constructor(options: CallbackGuardOptions) {
    this.#options = options
    this.#allowed = parseCidrs(options.allowedCidrs)
  }

  /**
   * What is wrong with a callback as far as the text tells.
   *
   * @returns the end of a sentence about the callback, without any part of it; undefined when nothing is wrong
   */
  checkUrl(callback: string): string | undefined {
    if (this.#fine.has(callback)) return undefined
    const wrong = this.#check(callback)
    if (wrong === undefined) {
      if (this.#fine.size >= MAX_FINE) this.#fine.clear()
      this.#fine.add(callback)
    }
    return wrong
  }

  #check(callback: string): string | undefined {
    const url = URL.parse(callback)
    if (!url) return 'must be an absolute URL'
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an https URL'
    if (url.protocol === 'http:' && !this.#options.development) return 'must be an https URL'
    if (url.username !== '' || url.password !== '') return 'must not contain user info'
    const literal = literalAddress(url.hostname)
    return literal === undefined || this.#isAllowed(literal) ? undefined : NOT_PUBLIC
  }

  /** `checkUrl`, and where its name leads now. A name that doesn't resolve (in time) passes: it is checked at every send. */
  async checkAtRegistration(callback: string): Promise<string | undefined> {
    const wrong = this.checkUrl(callback)
    if (wrong !== undefined) return wrong
    const { hostname } = new URL(callback)
    if (literalAddress(hostname) !== undefined) return undefined
    const timer = new AbortController()
    const late = wait(this.#options.registrationTimeoutMs ?? 3_000, undefined, { signal: timer.signal }).catch(() => undefined)
    try {
      await Promise.race([this.#addressesOf(hostname), late])
      return undefined
    } catch (error) {
      return error instanceof ForbiddenAddressError ? NOT_PUBLIC : undefined
    } finally {
      timer.abort()
    }
  }

  /** For a socket's `lookup`: fails unless all addresses of the name may be called. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#addressesOf(hostname).then(
      addresses => {
        if (options.all) callback(null, [...addresses])
        else callback(null, addresses[0]!.address, addresses[0]!.family)
      },
      (error: Error) => callback(error, options.all ? [] : '')
    )
  }

  /** @throws {ForbiddenAddressError | UnresolvedNameError} */
  async #addressesOf(hostname: string): Promise<readonly ResolvedAddress[]> {
    const addresses = await this.#resolveOnce(hostname)
    if (addresses.length === 0) throw new UnresolvedNameError('the name has no address')
    if (!addresses.every(({ address }) => this.#isAllowed(address))) throw new ForbiddenAddressError(`a callback ${NOT_PUBLIC}`)
    return addresses
  }

  /**
   * Asks once for all who want to know at the same time: the system's resolver has four threads, and a name whose servers are dead
   * would take them all from the other names.
   */
  #resolveOnce(hostname: string): Promise<readonly ResolvedAddress[]> {
    const underWay = this.#resolving.get(hostname)
    if (underWay) return underWay
    const resolving = this.#resolve(hostname).finally(() => this.#resolving.delete(hostname))
    this.#resolving.set(hostname, resolving)
    return resolving
  }

  async #resolve(hostname: string): Promise<readonly ResolvedAddress[]> {
    try {
      return await (this.#options.resolve?.(hostname) ?? lookUp(hostname, { all: true }))
    } catch (cause) {
      throw new UnresolvedNameError('the name does not resolve', { cause })
    }
  }

  #isAllowed(address: string): boolean {
    return isAllowedAddress(address, { loopback: this.#options.development, networks: this.#allowed })
  }
}

/** `URL` has brought every way to write an IPv4 address (`127.1`, `0x7f.1`, `2130706433`) to four decimals, and IPv6 into brackets. */
function literalAddress(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1)
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? hostname : undefined
}
