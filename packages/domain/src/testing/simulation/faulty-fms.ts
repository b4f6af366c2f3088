import type { FmsGateway, FmsResult } from '../../ports/fms-gateway.ts'
import type { FmsFault, FmsOperation } from '../fms-faults.ts'
import type { MemoryFms } from '../memory-fms.ts'
import type { FmsLife } from './fms-life.ts'
import type { Random } from './random.ts'
import type { SimulatedProcess } from './simulated-process.ts'

export interface FmsFaults {
  /** How often a call goes wrong, from 0 to 1. */
  calls: number
  /** Nobody answers at all. */
  isDown: boolean
}

const SECOND_MS = 1_000
/** A call is given up before this. */
const TIMEOUT_MS = 14 * SECOND_MS
/** What was taken in silence is done by then: sooner than our patience with lost answers ends. */
const LATEST_MS = 25 * SECOND_MS
/** Those that differ in what is known after them. */
const faults: readonly FmsFault[] = [
  'refuses',
  'isBusy',
  'breaks',
  'breaksAfter',
  'isDown',
  'isSilent',
  'isLate',
  'losesAnswer',
  'garbles',
  'forgetsId',
  'mistakesType'
]

/** The FMS as one process reaches it. What is on its way arrives there, whatever becomes of who has sent it. */
export function faultyFms(
  fms: MemoryFms,
  life: FmsLife,
  process: SimulatedProcess,
  random: Random,
  trouble: FmsFaults
): FmsGateway {
  const { timeline } = process
  const call = <T>(operation: FmsOperation, act: () => Promise<FmsResult<T>>): Promise<FmsResult<T>> =>
    process.outside(
      new Promise((resolve, reject) => {
        timeline.after(random.between(1, 50), () => {
          const fault = trouble.isDown ? random.pick(['isDown', 'isSilent'] as const) : drawn(random, trouble.calls)
          if (fault) fms.failNext(operation, fault)
          const isLost = fault === 'isSilent' || fault === 'isLate' || fault === 'losesAnswer'
          if (fault === 'isLate') {
            timeline.after(random.between(0, LATEST_MS), () => {
              fms.settle()
              life.look()
            })
          }
          act()
            .then(result => {
              life.look()
              timeline.after(isLost ? TIMEOUT_MS : random.between(1, 50), () => resolve(result))
            })
            .catch(reject)
        })
      })
    )
  return {
    canLookUp: fms.canLookUp,
    create: (request, answerBy) => call('create', () => fms.create(request, answerBy)),
    get: id => call('get', () => fms.get(id)),
    lookUp: externalId => call('list', () => fms.lookUp(externalId)),
    list: page => call('list', () => fms.list(page)),
    cancel: (id, reason) =>
      call('cancel', () => {
        if (life.isFinal(id)) fms.failNext('cancel', 'refuses')
        return fms.cancel(id, reason)
      }),
    cancellation: id => call('cancellation', () => fms.cancellation(id)),
    subscribe: (callback, wanted) => call('subscribe', () => fms.subscribe(callback, wanted)),
    unsubscribe: id => call('unsubscribe', () => fms.unsubscribe(id))
  }
}

function drawn(random: Random, probability: number): FmsFault | undefined {
  return random.chance(probability) ? random.pick(faults) : undefined
}
