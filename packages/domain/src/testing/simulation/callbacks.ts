import type { FmsNotification, ServiceOrderReport } from '../../ports/fms-gateway.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

export interface CallbackOptions {
  readonly timeline: Timeline
  readonly random: Random
  /** How often something goes wrong with one, from 0 to 1. */
  readonly faults: { level: number }
  /** Sends one, once. */
  readonly send: (notification: FmsNotification) => void
}

const SECOND_MS = 1_000
const troubles = { lost: 4, doubled: 2, delayed: 3, stale: 2, unknown: 1, scant: 2, empty: 1 } as const

/** What the FMS tells of its service orders, and what becomes of that on its way. */
export class Callbacks {
  readonly #options: CallbackOptions
  readonly #told: ServiceOrderReport[] = []
  #count = 0

  constructor(options: CallbackOptions) {
    this.#options = options
  }

  tell(report: ServiceOrderReport): void {
    const { random, faults } = this.#options
    this.#told.push(report)
    const soonMs = random.between(1, 200)
    const trouble = random.chance(faults.level) ? random.weighted(troubles) : 'none'
    switch (trouble) {
      case 'none':
        this.#send(report, soonMs)
        break
      case 'lost':
        break
      case 'doubled':
        this.#send(report, soonMs)
        this.#send(report, random.between(1, 30 * SECOND_MS))
        break
      case 'delayed':
        this.#send(report, random.between(SECOND_MS, 1_200 * SECOND_MS))
        break
      case 'stale':
        this.#send(report, soonMs)
        this.#send(random.pick(this.#told), random.between(1, 60 * SECOND_MS))
        break
      case 'unknown':
        this.#send({ ...report, id: `${report.id}-x`, externalId: 'nobody:1:1' }, soonMs)
        break
      case 'scant':
        this.#send({ ...report, items: [] }, soonMs)
        break
      case 'empty':
        this.#send(report, soonMs, false)
        break
      default:
        trouble satisfies never
    }
  }

  #send(report: ServiceOrderReport, delayMs: number, isWhole = true): void {
    const { timeline, random, send } = this.#options
    const isNamed = random.chance(0.7)
    const notification: FmsNotification = {
      eventType: 'ServiceOrderStateChangeEvent',
      change: 'stateChanged',
      eventId: `callback-${++this.#count}`,
      serviceOrderId: report.id,
      ...(isNamed && report.externalId !== undefined && { externalId: report.externalId }),
      ...(isWhole && { report })
    }
    timeline.after(delayMs, () => send(notification))
  }
}
