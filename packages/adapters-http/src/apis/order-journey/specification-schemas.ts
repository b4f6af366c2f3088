import { lifecycleStatuses } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { dateTime, freeValue, indexedText, integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { resource, shape } from '../../schema/entity.ts'
import { ItemCriteria, milestoneKey, milestoneName, milestoneRules, ReachedBy, ruleSchemas, wording } from './rule-schemas.ts'

const CustomerCriterion = shape('CustomerCriterion', 'A characteristic that the customer must have.', {
  mandatory: {
    name: text('Of the characteristic.', 'tier'),
    value: freeValue('A text, a number, true or false.', 'gold')
  },
  optional: {}
})

const JourneyMatch = shape(
  'JourneyMatch',
  'Which orders a journey is for: those for which all of it holds; nothing: every order.',
  {
    optional: {
      category: text('Of the order.', 'B2C'),
      ...ItemCriteria.properties,
      customerCharacteristic: many(CustomerCriterion, 'What must be known of the customer.')
    }
  }
)

export const MilestoneSpecification = shape('MilestoneSpecification', 'A milestone that orders get.', {
  mandatory: { key: milestoneKey, name: milestoneName, reachedBy: ref(ReachedBy) },
  optional: {
    ...milestoneRules,
    scope: oneOf(['order', 'item'], '`item`: one for each item that it is for; absent: one for the order.'),
    forItems: ref(ItemCriteria, 'Which items; absent: those that hold no others.'),
    requires: Type.Array(milestoneKey, { description: 'The keys of those that come before.' })
  }
})

const LintWarning = shape('LintWarning', 'Something that may be meant, and probably is not.', {
  mandatory: {
    pointer: Type.String({ description: 'Where: a JSON Pointer, empty for the whole.', examples: ['/milestone/0/warning'] }),
    message: text('What.', 'warns as soon as the milestone is planned')
  },
  optional: {}
})

export const JourneySpecificationSchema = resource('JourneySpecification', 'A version of how orders of a kind proceed.', {
  mandatory: {
    key: indexedText('Of the journey: the same in all versions. A letter and up to 63 letters, digits, `-` or `_`.', 'fibre'),
    name: text('What the journey is called.', 'Fibre at home'),
    version: integer('Counted from 1. Set by the server.', 1),
    lifecycleStatus: oneOf(
      lifecycleStatuses,
      'Drafts can be changed; what is active is used for new orders. Moved by `activate` and `retire`.'
    ),
    milestone: many(MilestoneSpecification, 'What there is to reach.')
  },
  optional: {
    description: text('What it is for.', 'New lines, from the order to the first call'),
    translation: wording.translation,
    match: ref(JourneyMatch),
    priority: integer('Of several that match with equally many criteria the highest wins; absent: 0.', 10),
    activatedAt: dateTime('When it came into use. Set by the server.'),
    retiredAt: dateTime('When it went out of use. Set by the server.'),
    lint: many(LintWarning, 'What looks odd in it. Set by the server.')
  }
})

/** Everything that the schema above refers to. */
export const specificationSubSchemas = [...ruleSchemas, CustomerCriterion, JourneyMatch, LintWarning, MilestoneSpecification]
