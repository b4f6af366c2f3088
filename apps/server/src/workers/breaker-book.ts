import {
  type AttemptResult,
  type Breaker,
  type BreakerEffect,
  type BreakerKey,
  breakerEffects,
  type Clock,
  type DeliveryQueue,
  type EventSubscription,
  settleBreaker
} from '@crm-lite/domain'

export interface BreakerBookOptions {
  readonly queue: Pick<DeliveryQueue, 'breaker' | 'setBreaker'>
  readonly clock: Clock
  readonly monotonicMs: () => number
  /** A breaker has opened, or one that was open has closed. */
  readonly onTurn: (key: BreakerKey, isOpen: boolean) => void
}

/** For how long a breaker that had nothing to tell is taken to have nothing to tell: successes are too many to look each time. */
const TRUSTED_MS = 1_000

interface Entry {
  state: Breaker
  /** By the clock, and by the monotonic one. */
  readAtMs: number
  knownSinceMs: number
  /** What is being settled: one after the other, so that no failure is counted over another. */
  settling: Promise<void>
}

/**
 * The breakers as this worker knows them. They are rows that all workers share; what is known here only saves looking at one that is
 * closed after every delivery, and tells at once what not to send any more.
 */
export class BreakerBook {
  readonly #options: BreakerBookOptions
  readonly #ofSubscriptions = new Map<string, Entry>()
  readonly #ofHosts = new Map<string, Entry>()

  constructor(options: BreakerBookOptions) {
    this.#options = options
  }

  /**
   * Until when sends to a subscription are held back, as far as this worker knows; undefined when they are not.
   *
   * @param claimedAtMs when the claim was asked for, on the monotonic clock: the rows let it pass, so what was known before is no news
   */
  heldUntil({ id, host }: EventSubscription, claimedAtMs: number): Date | undefined {
    const own = this.#openUntil(this.#ofSubscriptions.get(id), claimedAtMs)
    const hosts = this.#openUntil(this.#ofHosts.get(host), claimedAtMs)
    return own && hosts && hosts > own ? hosts : (own ?? hosts)
  }

  #openUntil(entry: Entry | undefined, claimedAtMs: number): Date | undefined {
    const until = entry && entry.knownSinceMs >= claimedAtMs ? entry.state.openUntil : undefined
    return until && until > this.#options.clock.now() ? until : undefined
  }

  /** Lets the breakers of a subscription and of its host know what came of an attempt. Undefined: it is no news to them. */
  settle({ id, host }: EventSubscription, result: AttemptResult): Promise<unknown> | undefined {
    const effects = breakerEffects(result)
    const isNoNews = effects.subscription === 'success' && effects.host === 'success'
    if (isNoNews && this.#isClean(this.#ofSubscriptions.get(id)) && this.#isClean(this.#ofHosts.get(host))) return undefined
    return Promise.all([this.#settle({ subscription: id }, effects.subscription), this.#settle({ host }, effects.host)])
  }

  #settle(key: BreakerKey, effect: BreakerEffect): Promise<void> {
    if (effect === 'none') return Promise.resolve()
    const entry = this.#entryOf(key)
    if (effect === 'success' && this.#isClean(entry)) return Promise.resolve()
    entry.settling = entry.settling.catch(() => undefined).then(() => this.#store(key, entry, effect))
    return entry.settling
  }

  async #store(key: BreakerKey, entry: Entry, effect: BreakerEffect): Promise<void> {
    if (effect === 'success' && this.#isClean(entry)) return
    const { queue, clock, onTurn } = this.#options
    const before = await queue.breaker(key)
    const now = clock.now()
    const next = settleBreaker(before, effect, now)
    if (next !== before && !(isClean(next) && isClean(before))) await queue.setBreaker(key, next, now)
    entry.state = next
    entry.readAtMs = now.getTime()
    entry.knownSinceMs = this.#options.monotonicMs()
    if ((next.state === 'closed') !== (before.state === 'closed')) onTurn(key, next.state !== 'closed')
  }

  /** As far as we know, and may trust that. */
  #isClean(entry: Entry | undefined): boolean {
    if (!entry || !isClean(entry.state)) return false
    return Math.abs(this.#options.clock.now().getTime() - entry.readAtMs) < TRUSTED_MS
  }

  #entryOf(key: BreakerKey): Entry {
    const [entries, name] = 'host' in key ? [this.#ofHosts, key.host] : [this.#ofSubscriptions, key.subscription]
    const entry = entries.get(name) ?? {
      state: { state: 'closed', failures: 0 },
      readAtMs: Number.NEGATIVE_INFINITY,
      knownSinceMs: Number.NEGATIVE_INFINITY,
      settling: Promise.resolve()
    }
    entries.set(name, entry)
    return entry
  }
}

function isClean({ state, failures }: Breaker): boolean {
  return state === 'closed' && failures === 0
}
