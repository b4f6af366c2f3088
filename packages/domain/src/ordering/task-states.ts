import { stateMachine, type Transitions } from '../kernel/transitions.ts'

/** @source TMF622 v4.0.0, TaskStateType */
export const taskStates = ['acknowledged', 'terminatedWithError', 'inProgress', 'done'] as const
export type TaskState = (typeof taskStates)[number]

/** What a request to cancel an order can become. */
export const taskTransitions = {
  acknowledged: ['inProgress'],
  inProgress: ['done', 'terminatedWithError'],
  done: [],
  terminatedWithError: []
} as const satisfies Transitions<TaskState>

export const taskMachine = stateMachine<TaskState>({
  name: 'a cancellation task',
  initial: 'acknowledged',
  transitions: taskTransitions
})
