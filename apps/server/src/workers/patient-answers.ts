import { performance } from 'node:perf_hooks'
import type { Fulfilment, TakenAnswer } from '@crm-lite/domain'
import type { WorkerLog } from './delivery-options.ts'

export interface PatientAnswersOptions {
  readonly log: WorkerLog
  /** How long answers wait. */
  readonly patienceMs?: number
  /** How often it is looked whether callbacks that another server has taken have overtaken them. */
  readonly lookEveryMs?: number
}

/** Longer than a quick FMS takes to call back, and too short for anybody to notice. */
const PATIENCE_MS = 1_000
const LOOK_EVERY_MS = 250
/** So often it is seen to what waits: what is due by then is done together. */
const TICK_MS = 50
/** How many of the latest answers say how quick the FMS is. */
const REMEMBERED = 32

interface Waiting {
  readonly id: string
  readonly untilMs: number
  lookAtMs: number
  /** Absent: it need not be stored any more. */
  answer: TakenAnswer | undefined
}

/**
 * Keeps answers back for a moment that the FMS has taken a service order, and lets callbacks go ahead: of one that is over by then the answer
 * need not be stored any more. Who is killed meanwhile has lost no more than with an answer that was lost, which is looked up.
 */
export class PatientAnswers {
  readonly #options: Required<PatientAnswersOptions>
  readonly #waiting = new Map<string, Waiting>()
  /** The oldest first: all wait as long. */
  #queue: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #isStopping = false
  #storing = 0
  #onStored: () => void = () => {}
  #onOvertaken: () => void = () => {}
  /** The part of the latest answers that callbacks have overtaken. */
  #quickness = 1

  constructor(options: PatientAnswersOptions) {
    this.#options = { patienceMs: PATIENCE_MS, lookEveryMs: LOOK_EVERY_MS, ...options }
  }

  /**
   * How many service orders an FMS that is quick is about to call back about. More should not be sent before: callbacks would pile up there,
   * and come so late that nothing waits for them any more. None where it takes its time.
   */
  get expected(): number {
    return this.#quickness > 0.5 ? this.#waiting.size : 0
  }

  /** @param onOvertaken called when fewer are expected */
  watch(onOvertaken: () => void): void {
    this.#onOvertaken = onOvertaken
  }

  /** @param id of the service order, as we call it */
  readonly storeLater = (id: string, answer: TakenAnswer): void => {
    if (this.#isStopping) return void this.#store(answer)
    this.#drop(id)
    const { patienceMs, lookEveryMs } = this.#options
    const now = performance.now()
    const waiting = { id, untilMs: now + patienceMs, lookAtMs: now + lookEveryMs, answer }
    this.#waiting.set(id, waiting)
    this.#queue.push(waiting)
    this.#timer ??= setTimeout(() => this.#look(), TICK_MS)
  }

  /** What has come in another way is more than the answer that waits would tell. */
  readonly overtaken = (id: string): void => {
    if (!this.#drop(id)) return
    this.#remember(1)
    this.#onOvertaken()
  }

  /** What was sent and waits, as it was sent. */
  readonly justSent = (id: string): Fulfilment | undefined => this.#waiting.get(id)?.answer?.sent

  /** Stores what waits without waiting any longer. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    for (const each of this.#queue.splice(0)) this.#storeNow(each)
    if (this.#storing > 0) await new Promise<void>(resolve => (this.#onStored = resolve))
  }

  #look(): void {
    const now = performance.now()
    const due = this.#queue.filter(({ answer, untilMs }) => answer && untilMs <= now)
    this.#queue = this.#queue.filter(({ answer, untilMs }) => answer && untilMs > now)
    if (this.expected > 0) for (const each of this.#queue) if (each.lookAtMs <= now) void this.#lookAt(each, now)
    for (const each of due) {
      this.#remember(0)
      this.#storeNow(each)
    }
    this.#timer = this.#queue.length > 0 ? setTimeout(() => this.#look(), TICK_MS) : undefined
    if (due.length > 0) this.#onOvertaken()
  }

  async #lookAt(waiting: Waiting, now: number): Promise<void> {
    const { id, answer } = waiting
    waiting.lookAtMs = now + this.#options.lookEveryMs
    // What can't be read now is looked at again, and stored in the end.
    const isOvertaken = await answer?.isOvertaken().catch(() => false)
    if (isOvertaken && this.#waiting.get(id) === waiting) this.overtaken(id)
  }

  /** False when it didn't wait. */
  #drop(id: string): boolean {
    const waiting = this.#waiting.get(id)
    if (!waiting) return false
    this.#waiting.delete(id)
    waiting.answer = undefined
    return true
  }

  #remember(isQuick: 0 | 1): void {
    this.#quickness += (isQuick - this.#quickness) / REMEMBERED
  }

  #storeNow({ id, answer }: Waiting): void {
    if (!answer) return
    this.#drop(id)
    void this.#store(answer)
  }

  async #store({ store }: TakenAnswer): Promise<void> {
    this.#storing++
    try {
      await store()
    } catch (err) {
      this.#options.log.warn({ err }, 'what the FMS has answered could not be stored: it will be looked up')
    } finally {
      this.#storing--
      if (this.#storing === 0) this.#onStored()
    }
  }
}
