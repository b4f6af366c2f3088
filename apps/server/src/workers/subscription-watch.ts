import { performance } from 'node:perf_hooks'
import { doubtSubscription, type FmsGateway, noteCallback, type ReadFmsNotification } from '@crm-lite/domain'
import type { WorkerLog } from './delivery-options.ts'

type Dependencies = Parameters<typeof noteCallback>[0]

/** Callbacks and answers may be many; whether they come is a question of minutes. */
const AT_MOST_EVERY_MS = 15_000

/** Notes that the FMS tells us things, and that something was found out that it has not told. */
export class SubscriptionWatch {
  readonly #dependencies: Dependencies
  readonly #tenant: string
  readonly #log: WorkerLog
  readonly #lastMs = new Map<object, number>()

  constructor(dependencies: Dependencies, tenant: string, log: WorkerLog) {
    this.#dependencies = dependencies
    this.#tenant = tenant
    this.#log = log
  }

  /** Reads callbacks and notes that they come. */
  reading(read: ReadFmsNotification): ReadFmsNotification {
    return (body, eventName) => {
      this.#note(noteCallback)
      return read(body, eventName)
    }
  }

  /** Notes that a service order turns out to be completed: had that been told, it would not have been asked about. */
  asking(gateway: FmsGateway): FmsGateway {
    return {
      canLookUp: gateway.canLookUp,
      create: (...call) => gateway.create(...call),
      get: async id => {
        const result = await gateway.get(id)
        if (result.kind === 'ok' && result.value.state === 'completed') this.#note(doubtSubscription)
        return result
      },
      lookUp: externalId => gateway.lookUp(externalId),
      list: page => gateway.list(page),
      cancel: (id, reason) => gateway.cancel(id, reason),
      cancellation: id => gateway.cancellation(id),
      subscribe: (callback, wanted) => gateway.subscribe(callback, wanted),
      unsubscribe: id => gateway.unsubscribe(id)
    }
  }

  #note(note: typeof noteCallback): void {
    const nowMs = performance.now()
    if (nowMs - (this.#lastMs.get(note) ?? Number.NEGATIVE_INFINITY) < AT_MOST_EVERY_MS) return
    this.#lastMs.set(note, nowMs)
    note(this.#dependencies, this.#tenant).catch(err => this.#log.warn({ err }, 'whether the FMS calls back cannot be noted'))
  }
}
