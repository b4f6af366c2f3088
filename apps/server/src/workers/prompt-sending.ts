import {
  type Fulfilment,
  type PromptSending,
  type RequestContext,
  type SendDependencies,
  type SendingPlace,
  sendServiceOrder
} from '@crm-lite/domain'
import type { WorkerLog } from './delivery-options.ts'
import type { DueWorker } from './due-worker.ts'

/** As long as the FMS keeps up, acceptances wait for a place rather than have others send what they ask for. */
const PATIENCE_MS = 250

interface Options {
  readonly dependencies: SendDependencies
  /** What has orders done by the FMS: it gives places for calls. */
  readonly worker: Pick<DueWorker, 'takePlace' | 'waitForPlace'>
  /** Whether the FMS answers, as far as is known. */
  readonly isAnswering: () => boolean
  /** Whether requests wait. */
  readonly isBusy: () => boolean
  readonly log: WorkerLog
}

/**
 * Sends to the FMS what an acceptance of this process has stored as sent. Not while requests wait, as callbacks cost more than acceptances;
 * nor while the FMS doesn't answer.
 */
export function promptSending({ dependencies, worker, isAnswering, isBusy, log }: Options): PromptSending {
  const sendOne = async (sent: Fulfilment, context: RequestContext) => {
    try {
      await sendServiceOrder(dependencies, sent, context)
    } catch (err) {
      log.warn({ err, id: sent.id }, 'what came of sending a service order could not be stored: it will be looked up')
    }
  }
  const sendOneByOne = async (queue: Fulfilment[], context: RequestContext, release: () => void) => {
    for (let sent = queue.shift(); sent; sent = queue.shift()) await sendOne(sent, context)
    release()
  }
  const send = (sent: readonly Fulfilment[], context: RequestContext, release: () => void) => {
    const queue = [...sent]
    let place: (() => void) | undefined = release
    for (; place; place = queue.length > 0 ? worker.takePlace() : undefined) void sendOneByOne(queue, context, place)
  }
  return {
    place: async (): Promise<SendingPlace | undefined> => {
      if (isBusy() || !isAnswering()) return undefined
      const release = await worker.waitForPlace(PATIENCE_MS)
      return release && { send: (sent, context) => send(sent, context, release) }
    }
  }
}
