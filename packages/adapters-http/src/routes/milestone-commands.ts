import {
  addMilestone,
  annotateMilestone,
  correctMilestone,
  type Journey,
  type JourneyChange,
  type NewMilestone as MilestoneToAdd,
  type Moment,
  type Refusal,
  reachMilestone,
  replanMilestone,
  skipMilestone
} from '@crm-lite/domain'
import type { Static, TObject } from '@sinclair/typebox'
import {
  AnnotateMilestone,
  CorrectMilestone,
  NewMilestone,
  ReachMilestone,
  ReplanMilestone,
  SkipMilestone
} from '../apis/order-journey/command-schemas.ts'
import type { ErrorCode } from '../representation/error-codes.ts'

type Decide = (journey: Journey, moment: Moment) => JourneyChange | Refusal

/** Something that people can do with a milestone of an order. */
export interface MilestoneCommand {
  readonly schema: TObject & { readonly $id: string }
  readonly summary: string
  readonly description: string
  readonly failures: readonly ErrorCode[]
  /** @param body as the schema has it */
  decide(key: string, body: Readonly<Record<string, unknown>>): Decide
}

/** By the last part of the path. */
export const milestoneCommands: Readonly<Record<string, MilestoneCommand>> = {
  reach: {
    schema: ReachMilestone,
    summary: 'Reach a milestone by hand',
    description: 'Refused while something mandatory is open that comes before it.',
    failures: ['illegalMove', 'requirementsOpen'],
    decide: (key, body) => {
      const { date } = body as Static<typeof ReachMilestone>
      return (journey, moment) => reachMilestone(journey, { key, ...(date !== undefined && { date }) }, moment)
    }
  },
  skip: {
    schema: SkipMilestone,
    summary: 'Leave a milestone out',
    description: 'One that is optional, or was added to this order.',
    failures: ['illegalMove'],
    decide: key => (journey, moment) => skipMilestone(journey, { key }, moment)
  },
  replan: {
    schema: ReplanMilestone,
    summary: 'Give a milestone another planned date',
    description: 'The plan behind it moves along, and alerts begin anew.',
    failures: ['illegalMove'],
    decide: (key, body) => {
      const { date } = body as Static<typeof ReplanMilestone>
      return (journey, moment) => replanMilestone(journey, { key, date }, moment)
    }
  },
  annotate: {
    schema: AnnotateMilestone,
    summary: 'Write a note to a milestone',
    description: 'Whatever its state.',
    failures: [],
    decide: (key, body) => {
      const { text } = body as Static<typeof AnnotateMilestone>
      return (journey, moment) => annotateMilestone(journey, { key, text }, moment)
    }
  },
  correct: {
    schema: CorrectMilestone,
    summary: 'Take back that a milestone was reached, skipped or withdrawn',
    description: 'It is open again, and reached by hand from then on.',
    failures: ['illegalMove'],
    decide: key => (journey, moment) => correctMilestone(journey, { key }, moment)
  }
}

export const additionOfMilestone: MilestoneCommand = {
  schema: NewMilestone,
  summary: 'Add a milestone to one order',
  description: 'Also between two that it has: what comes after it waits for it from then on. The answer is the whole journey.',
  failures: ['illegalMove'],
  decide: (_key, { reason: _reason, ...input }) => {
    const milestone = input as unknown as MilestoneToAdd
    return (journey, moment) => addMilestone(journey, milestone, moment)
  }
}

/** The keys of one milestone or several: what stands alone is a list of one. */
export function withLists(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const listed = Object.entries(body).map(([name, value]) => {
    return [name, (name === 'after' || name === 'before') && typeof value === 'string' ? [value] : value] as const
  })
  return Object.fromEntries(listed)
}
