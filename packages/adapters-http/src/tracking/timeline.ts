import type { TrackedItem, TrackedMilestone, TrackingView } from '@crm-lite/domain'
import { type DateSettings, dateHtml, isPast } from './dates.ts'
import { type Html, html, verbatim } from './html.ts'
import type { Words } from './words.ts'

const CHECK = verbatim(
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8.5l3 3 6-7" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
const WARNING = verbatim(
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3.5v5.2M8 12v.5" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></svg>'
)

/** The milestones, one below the other: what is done in the order in which it happened, then what is to come. */
export function timeline(view: TrackingView, words: Words, settings: DateSettings): Html {
  const names = itemNames(view.item)
  const isOpenEnded = view.expectedCompletionDate !== undefined
  return html`<ol class="timeline">${asTheyHappen(view.milestone).map(milestone => {
    const name = names.size > 1 && milestone.item ? (names.get(milestone.item.id) ?? words.item(milestone.item.id)) : undefined
    return step(milestone, name, isOpenEnded, words, settings)
  })}</ol>`
}

function asTheyHappen(milestones: readonly TrackedMilestone[]): TrackedMilestone[] {
  const done = milestones.filter(({ status }) => status === 'done')
  const inOrder = done.toSorted((a, b) => Date.parse(a.date) - Date.parse(b.date))
  return [...inOrder, ...milestones.filter(({ status }) => status !== 'done')]
}

function step(
  milestone: TrackedMilestone,
  itemName: string | undefined,
  isOpenEnded: boolean,
  words: Words,
  settings: DateSettings
): Html {
  const { name, description, status, date, isLate } = milestone
  const isDone = status === 'done'
  const when = isDone || isOpenEnded
  return html`<li data-status="${status}"${isLate && verbatim(' data-late')}>
<span class="node">${isDone ? CHECK : isLate ? WARNING : undefined}</span>
<div class="what"><h3>${isDone && html`<span class="unseen">${words.done}: </span>`}${name}${status === 'current' && !isLate && html` <span class="tag now">${words.now}</span>`}${isLate && html` <span class="tag late">${words.late}</span>`}</h3>
${itemName !== undefined && html`<p class="item">${itemName}</p>`}${description !== undefined && html`<p class="description">${description}</p>`}</div>
${when && html`<p class="date">${!isDone && html`<span>${isPast(date, settings) ? words.wasExpected : words.expected}</span> `}${dateHtml(date, isDone ? 'moment' : 'day', settings)}</p>`}
</li>`
}

/** Of the items that hold no others: milestones are about those. */
function itemNames(items: readonly TrackedItem[]): Map<string, string | undefined> {
  return new Map(items.flatMap(item => (item.item ? [...itemNames(item.item)] : [[item.id, item.name] as const])))
}

/** What was ordered, and how each of it stands. */
export function itemList(items: readonly TrackedItem[], words: Words): Html {
  return html`<ul class="items">${items.map(
    ({ id, name, state, item }) =>
      html`<li><div><span class="name">${name ?? words.item(id)}</span> <span class="state" data-state="${state}">${words.itemStates[state]}</span></div>${item && itemList(item, words)}</li>`
  )}</ul>`
}
