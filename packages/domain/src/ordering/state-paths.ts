import { pathBetween, type StateMachine } from '../kernel/transitions.ts'

/** Something with a state that remembers, while a cancellation is assessed, where it came from. */
interface Stateful<S extends string> {
  readonly state: S
  readonly stateBeforeCancellation?: S
}

const ASSESSING = 'assessingCancellation'

/**
 * The states through which something gets to another one, by the table, and back from an assessment only to where it was.
 *
 * @returns undefined when there is no way
 */
export function statesTo<S extends string>(machine: StateMachine<S>, of: Stateful<S>, to: S): readonly S[] | undefined {
  return pathBetween(machine, of.state, to, (from, next) => isOpen(of, from, next))
}

/** The states that may follow by the table, where to go back to being known. */
export function nextStates<S extends string>(machine: StateMachine<S>, of: Stateful<S>): readonly S[] {
  return (machine.transitions[of.state] as readonly S[]).filter(to => isOpen(of, of.state, to))
}

/** The same in its next state; that it can get there in one step has been checked. */
export function inState<S extends string, T extends Stateful<S>>(of: T, state: S): T {
  const { stateBeforeCancellation: _before, ...rest } = of
  return { ...rest, state, ...(state === ASSESSING && { stateBeforeCancellation: of.state }) } as unknown as T
}

function isOpen<S extends string>(of: Stateful<S>, from: S, next: S): boolean {
  if (from !== ASSESSING || next === 'pendingCancellation') return true
  return of.state === ASSESSING && next === of.stateBeforeCancellation
}
