import {
  type Fallout,
  falloutMachine,
  isFinal,
  type OrderHistory,
  orderMachine,
  type ProductOrder,
  type StateMachine,
  type StoredEvent
} from '@crm-lite/domain'
import type { Figures } from './figure.ts'
import { type FulfilmentBooks, groupedBy } from './fulfilment-books.ts'

interface Told<S extends string> {
  readonly machine: StateMachine<S>
  readonly stateOf: (document: string) => S
  /** As it is stored in the end, by id. */
  readonly now: ReadonlyMap<string, S>
}

/** Every transition is told by one event, and none is told that did not happen. */
export function auditTransitions(figures: Figures, books: FulfilmentBooks): void {
  auditOne(figures, 'orders', eventsOf(books, 'productOrder'), {
    machine: orderMachine,
    stateOf: document => (JSON.parse(document) as ProductOrder).state,
    now: new Map(books.orders.map(({ id, state }) => [id, state]))
  })
  auditOne(figures, 'fallout records', eventsOf(books, 'fallout'), {
    machine: falloutMachine,
    stateOf: document => (JSON.parse(document) as Fallout).status,
    now: new Map(books.fallouts.map(({ id, status }) => [id, status]))
  })
  const told = eventsOf(books, 'productOrder').filter(({ kind }) => kind === 'stateChanged').length
  figures.exactly('events of states of orders less their transitions', told - transitionsOf(books.history).length, 0)
  const productsMade = eventsOf(books, 'product').filter(({ kind }) => kind === 'created').length
  figures.exactly('events of products less products', productsMade - books.products.length, 0)
}

function eventsOf({ events }: FulfilmentBooks, resource: string): StoredEvent[] {
  return events.filter(event => event.resource === resource)
}

function auditOne<S extends string>(figures: Figures, of: string, events: readonly StoredEvent[], told: Told<S>): void {
  const byId = groupedBy(events, ({ resourceId }) => resourceId)
  const wrong = [...told.now].filter(([id, state]) => wrongSteps(byId.get(id) ?? [], state, told) > 0)
  figures.none(`${of} to whose state the events do not lead step by step`, wrong)
}

/** The first event is that of the creation; each further one tells a step that the table has; the last one, what is stored. */
function wrongSteps<S extends string>(events: readonly StoredEvent[], stored: S, { machine, stateOf }: Told<S>): number {
  let wrong = 0
  let state: S | undefined
  for (const { kind, document } of events) {
    if (kind !== 'created' && kind !== 'stateChanged') continue
    const next = stateOf(document)
    const isStep = kind === 'created' ? state === undefined : state !== undefined && isNext(machine, state, next)
    if (!isStep) wrong += 1
    state = next
  }
  return wrong + (state === stored ? 0 : 1)
}

function isNext<S extends string>(machine: StateMachine<S>, from: S, to: S): boolean {
  return !isFinal(machine, from) && (machine.transitions[from] as readonly S[]).includes(to)
}

function transitionsOf(history: readonly OrderHistory[]): OrderHistory[] {
  return history.filter(({ subject, attribute, from }) => subject === 'order' && attribute === 'state' && from !== '')
}
