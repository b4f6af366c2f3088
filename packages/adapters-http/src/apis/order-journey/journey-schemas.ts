import {
  alertLevels,
  historySubjects,
  journeyStates,
  milestoneStates,
  productOrderItemStates,
  productOrderStates
} from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { dateTime, flag, indexedText, integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { entity, resource, shape } from '../../schema/entity.ts'
import { Note, ProductOrderRef } from '../tmf622-product-ordering/schemas.ts'
import { calendarAttributes } from './calendar-schemas.ts'
import { ItemCriteria, milestoneKey, milestoneName, milestoneRules, ReachedBy } from './rule-schemas.ts'

export const OrderItem = shape('JourneyItem', 'An item of the order.', {
  mandatory: { id: text('Its id in the order.', '1') },
  optional: {}
})

const MilestoneAlert = shape('MilestoneAlert', 'Something that was said about a date.', {
  mandatory: {
    id: text('Identifies it in the order.', 'installed-1'),
    level: oneOf(alertLevels, 'How near the date was; `violated`: it had passed.'),
    date: dateTime('When it was said.'),
    plannedDate: dateTime('The date that it is about.')
  },
  optional: {}
})

export const JourneyMilestone = shape('JourneyMilestone', 'A milestone of one order, with the rules that it was made by.', {
  mandatory: {
    key: text('That of the specification, with `:` and the id of the item where every item has one.', 'installed'),
    name: milestoneName,
    reachedBy: ref(ReachedBy),
    requires: Type.Array(milestoneKey, { description: 'The keys of those that come before.' }),
    state: oneOf(milestoneStates, '`withdrawn`: no longer expected.'),
    plannedDate: dateTime('When it should be reached.'),
    forecastDate: dateTime('When it will be, as far as is known.')
  },
  optional: {
    ...milestoneRules,
    item: ref(OrderItem, 'The item that it is for.'),
    forItems: ref(ItemCriteria, 'The items that it waits for.'),
    isCustom: flag('It was added to this order alone.'),
    isDateFixed: flag('Its planned date was set by hand.'),
    isCorrected: flag('It was reached in error: it is reached by hand from then on.'),
    date: dateTime('When it was reached, skipped or withdrawn.'),
    message: text('Why it was skipped or withdrawn.', 'The customer does not want it'),
    level: oneOf(alertLevels, 'The highest alert for its planned date.'),
    alert: many(MilestoneAlert, 'Every alert that was raised.'),
    note: many(Note, 'What people wrote to it.')
  }
})

const JourneySpecificationRef = shape('JourneySpecificationRef', 'The version of a specification that an order follows.', {
  mandatory: {
    id: text('Its id.', 'default-1'),
    key: indexedText('Of the journey.', 'default'),
    version: integer('Of the journey.', 1)
  },
  optional: {}
})

/** Without `href`: what calendars were when the journey began is found nowhere else. */
const CalendarOfJourney = entity('CalendarOfJourney', 'A calendar as it was when the journey began.', {
  mandatory: {
    id: text('The id of the calendar.', 'office'),
    name: text('What it is called.', 'Office hours'),
    timeZone: calendarAttributes.timeZone,
    workingHours: calendarAttributes.workingHours
  },
  optional: { holiday: calendarAttributes.holiday, status: text('Free text.', 'agreed for 2026') }
})

const CancelProductOrderRef = shape('CancelProductOrderRef', 'A request to cancel the order.', {
  mandatory: { id: text('Its id.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d21') },
  optional: {}
})

const ItemStateBefore = shape('ItemStateBefore', 'Where an item goes back to.', {
  mandatory: { id: text('Of the item.', '1'), state: oneOf(productOrderItemStates, 'What it was.') },
  optional: {}
})

const StatesBeforeCancellation = shape(
  'StatesBeforeCancellation',
  'Where the order goes back to when a cancellation is refused.',
  {
    optional: {
      order: oneOf(productOrderStates, 'What the order was.'),
      item: many(ItemStateBefore, 'What items were.')
    }
  }
)

const JourneyFulfilment = shape('JourneyFulfilment', 'An attempt to have an item provisioned.', {
  mandatory: {
    id: text('Of the fulfilment, and what the FMS knows the service order by.', '01977f6e-8d0c-7c3a-9c11-2f6d1f0a7b10:1:1'),
    item: ref(OrderItem, 'The item that is provisioned.')
  },
  optional: {}
})

export const JourneySchema = resource('Journey', 'Where an order stands on its way. It has the id of the order.', {
  mandatory: {
    productOrder: ref(ProductOrderRef, 'The order.'),
    specification: ref(JourneySpecificationRef),
    state: oneOf(journeyStates, '`ended`: the order is final.'),
    startDate: dateTime('When the order came in.'),
    milestone: many(JourneyMilestone, 'Each behind those that it requires.'),
    plannedCompletionDate: dateTime('When the order should be completed.'),
    expectedCompletionDate: dateTime('When it will be, as far as is known.'),
    lastUpdate: dateTime('When something last happened.')
  },
  optional: {
    calendar: many(CalendarOfJourney, 'Those that plans count in.'),
    nextDueDate: dateTime('When something becomes due by itself.'),
    cancelProductOrder: ref(CancelProductOrderRef, 'The request to cancel the order that is being decided about.'),
    fulfilment: many(JourneyFulfilment, 'The latest attempt for each item that is provisioned.'),
    stateBeforeCancellation: ref(StatesBeforeCancellation)
  }
})

const MilestoneOfHistory = shape('MilestoneOfHistory', 'A milestone of the order.', {
  mandatory: { key: text('Its key in the journey.', 'installed') },
  optional: {}
})

export const OrderHistorySchema = resource(
  'OrderHistory',
  'Something that passed from one state to another. Kept when the order is deleted.',
  {
    mandatory: {
      order: ref(ProductOrderRef, 'The order.'),
      subject: oneOf(historySubjects, 'What it is about; `task`: a request to cancel the order.'),
      attribute: oneOf(['state', 'plannedDate'], 'What changed.'),
      from: text('What it was.', 'open'),
      to: text('What it became.', 'reached'),
      date: dateTime('When.'),
      actor: text('Who.', 'asha')
    },
    optional: {
      item: ref(OrderItem, 'Which item.'),
      milestone: ref(MilestoneOfHistory, 'Which milestone.'),
      task: ref(CancelProductOrderRef, 'Which request.'),
      reason: text('Why, in words.', 'The technician was there')
    }
  }
)

/** Everything that the schemas above refer to, besides what orders, specifications and calendars have. */
export const journeySubSchemas = [
  CalendarOfJourney,
  CancelProductOrderRef,
  ItemStateBefore,
  JourneyFulfilment,
  JourneyMilestone,
  JourneySpecificationRef,
  MilestoneAlert,
  MilestoneOfHistory,
  OrderItem,
  StatesBeforeCancellation
]
