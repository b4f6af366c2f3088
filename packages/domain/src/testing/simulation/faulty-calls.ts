import { DomainError } from '../../kernel/errors.ts'
import type { StoreFaults } from './faulty-store.ts'
import type { SimulatedProcess } from './simulated-process.ts'

type Call = (...args: never[]) => Promise<unknown>

/** The queues as one process reaches them: every call takes its time and may fail, before it was done or after. */
export function faulty<T extends object>(target: T, process: SimulatedProcess, faults: StoreFaults): T {
  const fail = (probability: number) => {
    if (process.random.chance(probability)) throw new DomainError('unavailable', 'the store cannot be reached')
  }
  return new Proxy(target, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name)
      if (typeof member !== 'function') return member
      return async (...args: never[]) => {
        await process.pause(0, 2)
        fail(faults.before)
        const result = await (member as Call).apply(of, args)
        fail(faults.after)
        return result
      }
    }
  })
}
