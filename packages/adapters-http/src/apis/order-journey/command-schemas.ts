import { Type } from '@sinclair/typebox'
import { dateTime, ref, text } from '../../schema/attributes.ts'
import { shape } from '../../schema/entity.ts'
import { ItemCriteria, milestoneKey, milestoneName, milestoneRules, ReachedBy } from './rule-schemas.ts'

const reason = text('Why, for the history.', 'The customer asked for it')

export const NewMilestone = shape('NewMilestone', 'A milestone for one order.', {
  mandatory: { name: milestoneName },
  optional: {
    ...milestoneRules,
    key: text('Absent: made of the name.', 'site-visit'),
    reachedBy: ref(ReachedBy, 'Absent: by hand.'),
    forItems: ref(ItemCriteria, 'The items that it waits for.'),
    after: Type.Array(milestoneKey, { description: 'What comes before it: keys, or one key alone.' }),
    before: Type.Array(milestoneKey, { description: 'What comes after it, and must be open: keys, or one key alone.' }),
    plannedDate: dateTime('When it should be reached; absent: what its plan comes to from now.'),
    reason
  }
})

export const ReachMilestone = shape('ReachMilestone', 'That a milestone was reached.', {
  optional: { date: dateTime('When, if that was before now.'), reason }
})

export const SkipMilestone = shape('SkipMilestone', 'That a milestone is left out.', { mandatory: { reason }, optional: {} })

export const ReplanMilestone = shape('ReplanMilestone', 'Another planned date.', {
  mandatory: { date: dateTime('Not over.'), reason },
  optional: {}
})

export const AnnotateMilestone = shape('AnnotateMilestone', 'A note to a milestone.', {
  mandatory: { text: text('What is to be noted.', 'Wednesday morning suits') },
  optional: {}
})

export const CorrectMilestone = shape('CorrectMilestone', 'That a milestone was not reached, skipped or withdrawn after all.', {
  mandatory: { reason },
  optional: {}
})

export const SettleCancellation = shape('SettleCancellation', 'A decision about a request to cancel an order.', {
  optional: { reason }
})

export const commandSchemas = [
  AnnotateMilestone,
  CorrectMilestone,
  NewMilestone,
  ReachMilestone,
  ReplanMilestone,
  SettleCancellation,
  SkipMilestone
]
