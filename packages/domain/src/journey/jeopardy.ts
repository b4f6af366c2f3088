import { parseDuration, subtractDuration } from './duration.ts'
import { type AlertLevel, alertLevels, isWatched, type JourneyMilestone } from './journey.ts'

/** The highest level that a milestone has come to; undefined while its date is far, or when it has none that it can miss. */
export function levelAt(milestone: JourneyMilestone, now: number): AlertLevel | undefined {
  if (!isWatched(milestone)) return undefined
  const planned = Date.parse(milestone.plannedDate)
  for (let at = VIOLATED; at >= 0; at--) {
    const start = levelStart(milestone, planned, alertLevels[at]!)
    if (start !== undefined && start <= now) return alertLevels[at]
  }
  return undefined
}

/** When a milestone comes to a level that no alert was raised for yet, in milliseconds. */
export function nextLevelStart(milestone: JourneyMilestone): number | undefined {
  if (!isWatched(milestone)) return undefined
  const planned = Date.parse(milestone.plannedDate)
  let next: number | undefined
  for (let at = VIOLATED; at > rank(milestone.level); at--) {
    const start = levelStart(milestone, planned, alertLevels[at]!)
    if (start !== undefined && (next === undefined || start < next)) next = start
  }
  return next
}

/** A milestone with an alert where it has come to a higher level; a level that was passed over unnoticed isn't made up for. */
export function withAlert(milestone: JourneyMilestone, now: Date): JourneyMilestone {
  const level = levelAt(milestone, now.getTime())
  if (!level || rank(level) <= rank(milestone.level)) return milestone
  const { key, plannedDate, alert = [] } = milestone
  const raised = { id: `${key}-${alert.length + 1}`, level, date: now.toISOString(), plannedDate }
  return { ...milestone, level, alert: [...alert, raised] }
}

/** A milestone with another planned date: nothing was said of it yet, unless it was planned for then before. */
export function withPlannedDate(milestone: JourneyMilestone, plannedDate: string): JourneyMilestone {
  if (milestone.plannedDate === plannedDate) return milestone
  const { level: _level, ...rest } = milestone
  const level = milestone.alert?.findLast(alert => alert.plannedDate === plannedDate)?.level
  return { ...rest, plannedDate, ...(level && { level }) }
}

const VIOLATED = alertLevels.length - 1

function levelStart({ warning }: JourneyMilestone, planned: number, level: AlertLevel): number | undefined {
  if (level === 'violated') return planned
  const text = warning?.[level]
  const before = text === undefined ? undefined : parseDuration(text)
  return before && subtractDuration(planned, before)
}

function rank(level: AlertLevel | undefined): number {
  return level === undefined ? -1 : alertLevels.indexOf(level)
}
