/**
 * What a state of the FMS means for the item of ours.
 *
 * | meaning | what becomes of the item |
 * |---|---|
 * | `waiting` | the FMS has it and hasn't begun: the item stays as it is |
 * | `inProgress` | the item is `inProgress` |
 * | `held` | the item is `held` until the FMS goes on |
 * | `completed` | the item is `completed`, and its product is in the inventory |
 * | `cancelling` | `held`, unless we asked for the cancellation: then the answer is waited for |
 * | `cancelled` | when we asked for it: cancelled. Otherwise as `failed` |
 * | `failed` | the item is `held`, and a fallout record says why, until somebody decides |
 */
export const fmsMeanings = ['waiting', 'inProgress', 'held', 'completed', 'cancelling', 'cancelled', 'failed'] as const
export type FmsMeaning = (typeof fmsMeanings)[number]

/** What to make of the states of a service order; one that isn't in it is not understood. */
export type StateMap = Readonly<Record<string, FmsMeaning>>

/** @source TMF641 v4.1.0, ServiceOrderStateType */
export const defaultStateMap: StateMap = {
  acknowledged: 'waiting',
  inProgress: 'inProgress',
  pending: 'held',
  held: 'held',
  completed: 'completed',
  assessingCancellation: 'cancelling',
  pendingCancellation: 'cancelling',
  cancelled: 'cancelled',
  rejected: 'failed',
  failed: 'failed',
  partial: 'failed'
}

/**
 * What a state means: by the first map that knows it as it was told, or else in other letters, and at last by the standard. Older systems
 * begin states with a capital: `InProgress`.
 *
 * @returns undefined when nobody knows
 */
export function meaningOf(state: string, ...maps: readonly (StateMap | undefined)[]): FmsMeaning | undefined {
  for (const map of [...maps, defaultStateMap]) {
    const known = map && spellingIn(map, state)
    if (known !== undefined) return map?.[known]
  }
  return undefined
}

/**
 * The state as the standard spells it, for what depends on more than its meaning.
 *
 * @returns what was told where the standard has no such state
 */
export function standardState(state: string): string {
  return spellingIn(defaultStateMap, state) ?? state
}

function spellingIn(map: StateMap, state: string): string | undefined {
  if (Object.hasOwn(map, state)) return state
  const lower = state.toLowerCase()
  return Object.keys(map).find(each => each.toLowerCase() === lower)
}

/** Whether a service order changes no more after this. */
export function isFinalMeaning(meaning: FmsMeaning): boolean {
  return meaning === 'completed' || meaning === 'cancelled' || meaning === 'failed'
}
