/**
 * Which states follow which: one entry a state, none leads to itself. A missing state or an unknown target does not compile.
 *
 * ```ts
 * const lampTransitions = { off: ['on'], on: ['off', 'broken'], broken: [] } as const satisfies Transitions<LampState>
 * ```
 */
export type Transitions<S extends string> = { readonly [From in S]: readonly Exclude<S, From>[] }

export interface StateMachine<S extends string> {
  /** What the states are of, for messages: `order`. */
  readonly name: string
  readonly initial: S
  readonly transitions: Transitions<S>
}

/**
 * Takes a table of transitions into use.
 *
 * @throws {Error} when it is broken: the program must not start with it
 */
export function stateMachine<S extends string>(machine: StateMachine<S>): StateMachine<S> {
  const problems = checkTransitions(machine.transitions, machine.initial)
  if (problems.length > 0) throw new Error(`The states of ${machine.name} are broken: ${problems.join('; ')}`)
  return machine
}

/**
 * What the compiler cannot see in a table of transitions: unknown and unreachable states, and states that lead to no final one.
 *
 * @returns one sentence a problem, none when the table is right
 */
export function checkTransitions(transitions: Readonly<Record<string, readonly string[]>>, initial: string): string[] {
  const problems: string[] = []
  if (!Object.hasOwn(transitions, initial)) problems.push(`the initial state ${initial} is unknown`)
  for (const [from, targets] of Object.entries(transitions)) {
    for (const to of targets) {
      if (!Object.hasOwn(transitions, to)) problems.push(`${from} leads to ${to}, which is unknown`)
      if (to === from) problems.push(`${from} leads to itself`)
    }
    if (new Set(targets).size < targets.length) problems.push(`${from} names a target twice`)
  }
  const reachable = reachableFrom(transitions, initial)
  for (const state of Object.keys(transitions)) {
    if (!reachable.has(state)) problems.push(`${state} cannot be reached`)
    const ends = [...reachableFrom(transitions, state)].some(each => transitions[each]?.length === 0)
    if (!ends) problems.push(`${state} leads to no final state`)
  }
  return problems
}

function reachableFrom(transitions: Readonly<Record<string, readonly string[]>>, start: string): Set<string> {
  const reached = new Set([start])
  for (const state of reached) for (const to of transitions[state] ?? []) reached.add(to)
  return reached
}

export function isFinal<S extends string>(machine: StateMachine<S>, state: S): boolean {
  return machine.transitions[state].length === 0
}

export function canMove<S extends string>(machine: StateMachine<S>, from: S, to: S): boolean {
  return (machine.transitions[from] as readonly S[]).includes(to)
}

/**
 * The shortest way from one state to another.
 *
 * @param isOpen whether a single step may be taken, where the table alone doesn't tell
 * @returns the states behind `from`, the last one is `to`; none when they are the same; undefined when there is no way
 */
export function pathBetween<S extends string>(
  machine: StateMachine<S>,
  from: S,
  to: S,
  isOpen: (from: S, to: S) => boolean = () => true
): readonly S[] | undefined {
  if (from === to) return []
  const paths: (readonly S[])[] = [[from]]
  const seen = new Set([from])
  for (const path of paths) {
    const last = path[path.length - 1]!
    for (const next of machine.transitions[last] as readonly S[]) {
      if (seen.has(next) || !isOpen(last, next)) continue
      if (next === to) return [...path.slice(1), next]
      seen.add(next)
      paths.push([...path, next])
    }
  }
  return undefined
}
