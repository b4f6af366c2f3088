import type { Ids } from '../../ports/ids.ts'
import type { Random } from './random.ts'

/** Ascending in time, and the same for the same seed. */
export function seededIds(random: Random): Ids {
  let count = 0
  return {
    next: () => `${(++count).toString(36).padStart(6, '0')}-${Math.floor(random.next() * 0x1_0000_0000).toString(36)}`
  }
}
