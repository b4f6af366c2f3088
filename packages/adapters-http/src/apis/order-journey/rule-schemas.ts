import { changeKinds, orderItemActions } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { flag, freeValue, indexedText, oneOf, ref, text } from '../../schema/attributes.ts'
import { shape } from '../../schema/entity.ts'

const duration = (description: string, example: string) =>
  text(`${description} An ISO 8601 duration of at most ten years.`, example)

/** What people read besides a name. Languages are its keys: what they hold is checked when it is stored. */
export const wording = {
  description: text('What it means.', 'The technician has installed the line'),
  translation: Type.Object(
    {},
    {
      description:
        'Name and description in other languages, by BCP 47 tag: `{"de": {"name": "Installiert"}}`. What is missing is shown as it ' +
        'stands outside.'
    }
  )
}

export const ItemCriteria = shape('ItemCriteria', 'Items that are like this: all of it.', {
  optional: {
    productOfferingId: Type.Array(text('The id of a product offering.', 'fibre-500'), { description: 'One of these.' }),
    action: oneOf(orderItemActions, 'What is to be done with the product.')
  }
})

export const ContentCondition = shape('ContentCondition', 'Holds when one of the values at the path is one of these.', {
  mandatory: {
    path: text('Dotted, as in filters.', 'relatedParty.role'),
    in: Type.Array(freeValue('A text, a number, true or false.', 'left'), { description: 'At least one.' })
  },
  optional: {}
})

export const ReachedBy = shape('ReachedBy', 'How a milestone is reached. By hand every one can be.', {
  mandatory: {
    by: oneOf(
      ['hand', 'orderState', 'itemState', 'event', 'serviceOrder', 'requirements'],
      '`hand`: somebody says so. `orderState`, `itemState`: the order or the item enters one of `states`. `event`: something happens ' +
        'to a `resource` that names the order. `serviceOrder`: the FMS tells of all that is given of `states`, `milestone` and ' +
        '`characteristic`. `requirements`: everything that it requires is reached.'
    )
  },
  optional: {
    states: Type.Array(text('A state of an order, of an item or of a service order.', 'completed'), {
      description: 'At least one.'
    }),
    milestone: text('Of a service order: the id or the name of a milestone of it.', 'deviceShipped'),
    characteristic: text('Of a service order: the name of a characteristic of its service that has a value.', 'ipAddress'),
    in: Type.Array(freeValue('A text, a number, true or false.', 'active'), {
      description: 'Of a service order: values of the characteristic; absent: any.'
    }),
    resource: text('Of an event: what it is about, a resource that is kept here.', 'cancelProductOrder'),
    kind: text(`Of an event: what happened, one of ${changeKinds.join(', ')}; absent: anything.`, 'stateChanged'),
    orderPath: text('Of an event: where the resource names the order.', 'productOrder.id'),
    itemPath: text('Of an event: where the resource names the item, for a milestone of an item.', 'productOrderItem.id'),
    where: Type.Array(ref(ContentCondition), { description: 'Of an event: what its content must be like, all of it.' })
  }
})

export const MilestonePlan = shape('MilestonePlan', 'When a milestone should be reached.', {
  mandatory: { duration: duration('How long it takes.', 'P3D') },
  optional: {
    from: oneOf(
      ['start', 'requirements'],
      'Counted from the start of the journey, or from when all is reached that it requires.'
    ),
    calendar: text('The id of a calendar, of which the working time counts; absent: time as it passes, in UTC.', 'office')
  }
})

export const MilestoneWarning = shape('MilestoneWarning', 'How long before its date an alert is raised, the earliest first.', {
  optional: {
    normal: duration('Something to know.', 'P2D'),
    hazard: duration('Something to look after.', 'P1D'),
    critical: duration('Something to act on.', 'PT4H')
  }
})

/** What milestones have in common, whoever defined them. */
export const milestoneRules = {
  ...wording,
  plan: ref(MilestonePlan, 'When it should be reached; absent: with what it requires, and never late by itself.'),
  warning: ref(MilestoneWarning, 'When to warn.'),
  isOptional: flag('May be skipped, and does not hold up what requires it.'),
  visibility: oneOf(['customer', 'internal'], 'Who sees it; absent: the customer.'),
  isPointOfNoReturn: flag('Once it is reached, the order can no longer be cancelled.')
}

export const milestoneName = indexedText('What it is called.', 'Installed')

/** Where a milestone is used that is there already. */
export const milestoneKey = text('A letter and up to 63 letters, digits, `-` or `_`.', 'installed')

export const ruleSchemas = [ContentCondition, ItemCriteria, MilestonePlan, MilestoneWarning, ReachedBy]
