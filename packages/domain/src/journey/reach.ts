import { isOpenMilestone, type JourneyMilestone } from './journey.ts'
import { type Ending, end, type JourneyInMotion, milestoneWith } from './journey-change.ts'

/** Takes a milestone as reached. Optional ones before it that are still open have been passed over: they are skipped. */
export function reach(motion: JourneyInMotion, milestone: JourneyMilestone, ending: Ending = {}): void {
  for (const passed of openBefore(motion, milestone).filter(({ isOptional }) => isOptional)) {
    end(motion, passed, 'skipped', { ...ending, message: `Passed over: ${milestone.name} was reached` })
  }
  end(motion, milestone, 'reached', ending)
}

/** What a milestone requires and is still open: directly, or through optional ones that are open too. */
export function openBefore(motion: Pick<JourneyInMotion, 'milestones'>, { requires }: JourneyMilestone): JourneyMilestone[] {
  const found = new Set<JourneyMilestone>()
  const visit = (keys: readonly string[]) => {
    for (const key of keys) {
      const required = milestoneWith(motion, key)
      if (!required || !isOpenMilestone(required) || found.has(required)) continue
      found.add(required)
      if (required.isOptional) visit(required.requires)
    }
  }
  visit(requires)
  return [...found]
}
