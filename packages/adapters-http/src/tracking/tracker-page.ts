import { isFinalOrder, type ProductOrderState, type Tracking, type TrackingView } from '@crm-lite/domain'
import { type DateSettings, dateHtml, isPast } from './dates.ts'
import { documentOf } from './document.ts'
import { type Html, html, verbatim } from './html.ts'
import { itemList, timeline } from './timeline.ts'
import type { Words } from './words.ts'

/** How the page of an operator differs from that of another. */
export interface PageSettings {
  /** Whose page it is; not said when it is empty. */
  readonly brand: string
  /** IANA: the one that dates are told in. */
  readonly timeZone: string
}

/** How an order feels to whoever waits for it: what its summary is coloured by. */
type Tone = 'moving' | 'waiting' | 'late' | 'done' | 'stopped'

const tones: Readonly<Record<ProductOrderState, Tone>> = {
  acknowledged: 'moving',
  inProgress: 'moving',
  pending: 'waiting',
  held: 'waiting',
  assessingCancellation: 'waiting',
  pendingCancellation: 'waiting',
  completed: 'done',
  partial: 'done',
  failed: 'stopped',
  rejected: 'stopped',
  cancelled: 'stopped'
}

/** The page on which a customer sees where an order stands. The same input gives the same text. */
export function trackerPage({ view, version }: Tracking, words: Words, { brand, timeZone }: PageSettings, now: Date): string {
  const settings = { language: words.language, timeZone, now }
  const { externalId, id } = view.productOrder
  const order = words.order(externalId ?? id)
  const isLive = !isFinalOrder(view.state)
  const main = html`<main id="tracker" data-version="${version}" data-summary="${summaryOf(view, words)}"${isLive && verbatim(' data-live')}>
<header>${brand !== '' && html`<p class="brand">${brand}</p>`}<p class="order">${order}</p></header>
${summary(view, words, settings)}
${
  view.milestone.length > 0 &&
  html`<section class="card" aria-labelledby="steps"><h2 id="steps">${words.steps}</h2>
${timeline(view, words, settings)}</section>`
}
<section class="card" aria-labelledby="items"><h2 id="items">${words.items}</h2>
${itemList(view.item, words)}</section>
<p class="updated">${words.lastUpdate}: ${dateHtml(view.lastUpdate, 'moment', settings)}</p>
</main>
<footer><p id="live" hidden><span class="pulse"></span>${words.live}</p><a href="" id="reload">${words.reload}</a></footer>
<p id="announcement" class="unseen" role="status"></p>`
  return documentOf({
    language: words.language,
    title: `${words.orderStates[view.state]} · ${order}`,
    body: main,
    hasScript: isLive
  })
}

function summary(view: TrackingView, words: Words, settings: DateSettings): Html {
  const { state, isLate, percentDone, milestone } = view
  const tone = isLate && tones[state] === 'moving' ? 'late' : tones[state]
  const isExpected = view.expectedCompletionDate !== undefined
  const tag = isLate ? words.late : isExpected && tone === 'moving' ? words.onSchedule : undefined
  const done = milestone.filter(({ status }) => status === 'done').length
  return html`<section class="card summary" data-tone="${tone}" aria-labelledby="headline">
<h1 id="headline">${words.orderStates[state]}</h1>
<p class="when">${dates(view, words, settings)}${tag !== undefined && html` <span class="tag ${isLate ? 'late' : 'good'}">${tag}</span>`}</p>
${isLate && html`<p class="apology">${words.lateSentence}</p>`}
<div class="progress"><progress max="100" value="${percentDone}" aria-labelledby="percent"></progress><p id="percent"><span>${
    milestone.length > 0 && words.stepsDone(done, milestone.length)
  }</span> <strong>${percentDone} %</strong></p></div>
</section>`
}

function dates(view: TrackingView, words: Words, settings: DateSettings): Html {
  const { completionDate, expectedCompletionDate, orderDate } = view
  if (completionDate !== undefined)
    return html`${words.completedOn} <strong>${dateHtml(completionDate, 'theDay', settings)}</strong>`
  if (expectedCompletionDate === undefined) return html`${words.orderedOn} ${dateHtml(orderDate, 'theDay', settings)}`
  const label = isPast(expectedCompletionDate, settings) ? words.wasExpectedBy : words.expectedBy
  return html`${label} <strong>${dateHtml(expectedCompletionDate, 'theDay', settings)}</strong>`
}

/** What is read out when something has changed. */
function summaryOf({ state, isLate, milestone }: TrackingView, words: Words): string {
  const done = milestone.filter(({ status }) => status === 'done').length
  const current = milestone.filter(({ status }) => status === 'current').map(({ name }) => name)
  const sentences = [
    words.orderStates[state],
    ...(isLate ? [words.lateSentence.replace(/\.$/, '')] : []),
    ...(milestone.length > 0 ? [words.stepsDone(done, milestone.length)] : []),
    ...(current.length > 0 ? [`${words.now}: ${[...new Set(current)].join(', ')}`] : [])
  ]
  return `${sentences.join('. ')}.`
}
