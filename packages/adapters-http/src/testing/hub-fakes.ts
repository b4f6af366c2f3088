import type { EventSubscription, ParkedDelivery, StoredEvent, UnitOfWork, WorkSignal } from '@crm-lite/domain'
import type { HubDeliveries, HubServices, TestMessage, TestResult } from '../hub/hub-services.ts'

/** Rings when it is told to. */
export class ManualSignal implements WorkSignal {
  readonly #listeners = new Set<() => void>()

  get listeners(): number {
    return this.#listeners.size
  }

  ring(): void {
    for (const wake of [...this.#listeners]) wake()
  }

  listen(wake: () => void): () => void {
    this.#listeners.add(wake)
    return () => this.#listeners.delete(wake)
  }

  /** Rings after every commit. */
  after(unitOfWork: UnitOfWork): UnitOfWork {
    return {
      run: async (tenant, work) => {
        const result = await unitOfWork.run(tenant, work)
        this.ring()
        return result
      }
    }
  }
}

/** As much of a queue as hubs use: it notes what it is asked to do. */
export class FakeDeliveries implements HubDeliveries {
  readonly dropped: string[] = []
  readonly released: (readonly string[] | undefined)[] = []
  readonly replayed: { readonly from: string; readonly to: string; readonly events: readonly StoredEvent[] }[] = []
  parkedDeliveries: readonly ParkedDelivery[] = []
  readonly #events: () => Promise<readonly StoredEvent[]>

  /** @param events everything that could be replayed */
  constructor(events: () => Promise<readonly StoredEvent[]>) {
    this.#events = events
  }

  async drop(_tenant: string, subscriptionId: string): Promise<void> {
    this.dropped.push(subscriptionId)
  }

  async parked(
    _tenant: string,
    _subscriptionId: string,
    { limit, offset }: { limit: number; offset: number }
  ): Promise<readonly ParkedDelivery[]> {
    return this.parkedDeliveries.slice(offset, offset + limit)
  }

  async release(_tenant: string, _subscriptionId: string, deliveryIds: readonly string[] | undefined): Promise<number> {
    this.released.push(deliveryIds)
    return deliveryIds?.length ?? this.parkedDeliveries.length
  }

  async replay(
    _subscription: EventSubscription,
    { from, to }: { from: string; to: string },
    wants: (event: StoredEvent) => boolean
  ): Promise<number> {
    const events = (await this.#events()).filter(event => event.at >= from && event.at < to && wants(event))
    this.replayed.push({ from, to, events })
    return events.length
  }
}

/** Takes every callback but those of `forbidden.example.com`; seals by writing backwards. */
export class FakeHub implements HubServices {
  readonly tests: (TestMessage & { readonly callback: string })[] = []
  testResult: TestResult = { kind: 'delivered', status: 204 }
  #secrets = 0
  readonly guard = {
    checkAtRegistration: async (callback: string) => {
      if (!URL.canParse(callback)) return 'must be an absolute URL'
      return callback.includes('forbidden.example.com') ? 'must not lead to an address that is not public' : undefined
    }
  }
  readonly secrets = { seal: (text: string, place: string) => `${place}:${[...text].reverse().join('')}` }

  newSecret = (): string => `whsec_${++this.#secrets}`

  sendTest = async ({ callback }: EventSubscription, message: TestMessage): Promise<TestResult> => {
    this.tests.push({ ...message, callback })
    return this.testResult
  }
}
