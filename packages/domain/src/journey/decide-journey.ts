import { isDateTime } from '../kernel/instant.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { planDates } from './forecast.ts'
import { withPlannedDate } from './jeopardy.ts'
import { isOpenMilestone, type Journey, type JourneyMilestone } from './journey.ts'
import { end, inMotion, type JourneyChange, type JourneyInMotion, milestoneWith, put, record, settle } from './journey-change.ts'
import { openBefore, reach } from './reach.ts'

/** Looks at a journey because something has become due (`nextDueDate`), or because it may have. */
export function lookAtJourney(journey: Journey, moment: Moment): JourneyChange {
  return settle(inMotion(journey, moment))
}

/**
 * Takes a milestone as reached because somebody says so.
 *
 * @param date when it was, if that was before now
 * @returns a refusal with `requirementsOpen` when mandatory ones come first, with `illegalMove` when it was skipped or withdrawn
 */
export function reachMilestone(
  journey: Journey,
  { key, date }: { readonly key: string; readonly date?: string },
  moment: Moment
): JourneyChange | Refusal {
  return decide(journey, key, moment, (motion, milestone) => {
    if (milestone.state === 'reached') return undefined
    if (!isOpenMilestone(milestone)) return notOpen(milestone)
    const first = openBefore(motion, milestone).filter(({ isOptional }) => !isOptional)
    if (first.length > 0) return refusal('requirementsOpen', `before it comes ${first.map(({ name }) => name).join(', ')}`)
    const wrongDate = date !== undefined && (!isDateTime(date) || Date.parse(date) > moment.now.getTime())
    if (wrongDate) return invalid('/date', 'must be a date-time, and not in the future')
    reach(motion, milestone, date === undefined ? {} : { date: new Date(date).toISOString() })
    return undefined
  })
}

/** Leaves a milestone out: an optional one, or one that was added to this order. */
export function skipMilestone(journey: Journey, { key }: { readonly key: string }, moment: Moment): JourneyChange | Refusal {
  return decide(journey, key, moment, (motion, milestone) => {
    if (milestone.state === 'skipped') return undefined
    if (!isOpenMilestone(milestone)) return notOpen(milestone)
    if (!milestone.isOptional && !milestone.isCustom) return refusal('illegalMove', 'it is mandatory', { allowed: ['reached'] })
    if (moment.reason === undefined) return withoutReason
    end(motion, milestone, 'skipped', { message: moment.reason })
    return undefined
  })
}

/** Gives a milestone another planned date; the plans of those after it move along, and alerts are raised anew for new dates. */
export function replanMilestone(
  journey: Journey,
  { key, date }: { readonly key: string; readonly date: string },
  moment: Moment
): JourneyChange | Refusal {
  return decide(journey, key, moment, (motion, milestone) => {
    if (!isOpenMilestone(milestone)) return notOpen(milestone)
    if (!isDateTime(date) || Date.parse(date) < moment.now.getTime())
      return invalid('/date', 'must be a date-time that is not over')
    if (moment.reason === undefined) return withoutReason
    const plannedDate = new Date(date).toISOString()
    if (milestone.isDateFixed && plannedDate === milestone.plannedDate) return undefined
    record(motion, milestone, { attribute: 'plannedDate', from: milestone.plannedDate, to: plannedDate })
    put(motion, { ...withPlannedDate(milestone, plannedDate), isDateFixed: true })
    renewPlan(motion)
    return undefined
  })
}

/** Writes something to a milestone, whatever its state. */
export function annotateMilestone(
  journey: Journey,
  { key, text }: { readonly key: string; readonly text: string },
  moment: Moment
): JourneyChange | Refusal {
  return decide(journey, key, moment, (motion, milestone) => {
    if (text.trim() === '') return { refused: 'missingAttribute', message: 'text is mandatory and must not be blank' }
    const note = { author: moment.actor, date: moment.now.toISOString(), text }
    put(motion, { ...milestone, note: [...(milestone.note ?? []), note] })
    return undefined
  })
}

/** Takes back that a milestone was reached, skipped or withdrawn: it is open again, and reached by hand from then on. */
export function correctMilestone(journey: Journey, { key }: { readonly key: string }, moment: Moment): JourneyChange | Refusal {
  return decide(journey, key, moment, (motion, milestone) => {
    if (isOpenMilestone(milestone)) return undefined
    if (moment.reason === undefined) return withoutReason
    const { date: _date, message: _message, ...rest } = milestone
    record(motion, milestone, { from: milestone.state, to: 'open' })
    put(motion, { ...rest, state: 'open', isCorrected: true })
    return undefined
  })
}

/** Computes planned dates again after a plan was changed on purpose. */
export function renewPlan(motion: JourneyInMotion): void {
  const dates = planDates({ ...motion.before, milestone: motion.milestones })
  motion.milestones = motion.milestones.map(each => {
    const planned = dates.get(each.key)
    return planned === undefined ? each : withPlannedDate(each, new Date(planned).toISOString())
  })
}

function decide(
  journey: Journey,
  key: string,
  moment: Moment,
  apply: (motion: JourneyInMotion, milestone: JourneyMilestone) => Refusal | undefined
): JourneyChange | Refusal {
  const motion = inMotion(journey, moment)
  const milestone = milestoneWith(motion, key)
  if (!milestone) return refusal('notFound', 'the journey has no milestone with this key')
  return apply(motion, milestone) ?? settle(motion)
}

const withoutReason: Refusal = {
  refused: 'missingAttribute',
  message: 'reason is mandatory and must not be blank',
  objections: [{ code: 'missingAttribute', pointer: '/reason', message: 'reason is mandatory and must not be blank' }]
}

function notOpen({ state }: JourneyMilestone): Refusal {
  return refusal('illegalMove', `a milestone that is ${state} must be corrected first`, { allowed: ['open'] })
}

function invalid(pointer: string, message: string): Refusal {
  return refusal('invalidValue', message, { objections: [{ code: 'invalidValue', pointer, message }] })
}
