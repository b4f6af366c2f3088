import { falloutDefinition, falloutMachine } from '../../fulfilment/fallout.ts'
import { fulfilmentDefinition, fulfilmentMachine } from '../../fulfilment/fulfilment.ts'
import { type Journey, journeyDefinition } from '../../journey/journey.ts'
import { pathBetween, type StateMachine } from '../../kernel/transitions.ts'
import { type OrderHistory, orderHistoryDefinition } from '../../ordering/history.ts'
import { orderItemMachine } from '../../ordering/order-item-states.ts'
import { orderMachine } from '../../ordering/order-states.ts'
import { itemsOf } from '../../ordering/roll-up.ts'
import { taskMachine } from '../../ordering/task-states.ts'
import { cancelProductOrderDefinition } from '../../resources/cancel-product-order.ts'
import { type ProductOrder, productOrderDefinition } from '../../resources/product-order.ts'
import type { CommittedChange, Kept } from './ledger.ts'
import { insistThat } from './violation.ts'

/** What a milestone can become; `violated` is no state of it. */
const milestoneMoves: Readonly<Record<string, readonly string[]>> = { open: ['reached', 'skipped', 'withdrawn'] }

/** Every move is one that its table knows, and the history that is committed with it tells of each, one after another. */
export function checkMoves(changes: readonly CommittedChange[]): void {
  const passages = new Passages(changes)
  for (const { definition, before, after } of changes) {
    if (!after) continue
    switch (definition.name) {
      case productOrderDefinition.name:
        passages.become('order', orderOf(before)?.state ?? orderMachine.initial, orderOf(after)!.state)
        checkItems(passages, orderOf(before), orderOf(after)!)
        break
      case cancelProductOrderDefinition.name:
        passages.become(`task ${after.stored.id}`, stateOf(before, 'state') ?? taskMachine.initial, stateOf(after, 'state')!)
        break
      case journeyDefinition.name:
        checkMilestones(passages, before?.resource as Journey | undefined, after.resource as Journey)
        break
      case fulfilmentDefinition.name:
        checkPath(fulfilmentMachine, before, after, 'state')
        break
      case falloutDefinition.name:
        checkPath(falloutMachine, before, after, 'status')
        break
      default:
    }
  }
  passages.settle()
}

function checkItems(passages: Passages, before: ProductOrder | undefined, after: ProductOrder): void {
  const states = new Map(itemsOf(before?.productOrderItem ?? []).map(({ id, state }) => [id, state]))
  for (const { id, state } of itemsOf(after.productOrderItem)) {
    passages.become(`item ${id}`, states.get(id) ?? orderItemMachine.initial, state)
  }
}

function checkMilestones(passages: Passages, before: Journey | undefined, after: Journey): void {
  const states = new Map((before?.milestone ?? []).map(({ key, state }) => [key, state]))
  for (const { key, state } of after.milestone) {
    const from = states.get(key) ?? 'open'
    insistThat(from === 'open' || from === state, () => `the milestone ${key} was ${from} and became ${state}`)
    passages.become(`milestone ${key}`, from, state)
  }
}

function checkPath<S extends string>(machine: StateMachine<S>, before: Kept | undefined, after: Kept, attribute: string): void {
  const from = (stateOf(before, attribute) ?? machine.initial) as S
  const to = stateOf(after, attribute) as S
  insistThat(
    pathBetween(machine, from, to) !== undefined,
    () => `${after.definition.name} ${after.stored.id} was ${from} and became ${to}`
  )
}

/** What the history of one commit says of each subject, against what has become of it. */
class Passages {
  readonly #entries = new Map<string, OrderHistory[]>()
  /** Where each was at first, and where it is now. */
  readonly #moved = new Map<string, { readonly from: string; to: string }>()

  constructor(changes: readonly CommittedChange[]) {
    for (const { definition, after } of changes) {
      if (definition.name !== orderHistoryDefinition.name || !after) continue
      const entry = after.resource as OrderHistory
      if (entry.attribute !== 'state' || entry.to === 'violated') continue
      const subject = subjectOf(entry)
      this.#entries.set(subject, [...(this.#entries.get(subject) ?? []), entry])
    }
  }

  become(subject: string, from: string, to: string): void {
    const moved = this.#moved.get(subject)
    if (moved) moved.to = to
    else this.#moved.set(subject, { from, to })
  }

  settle(): void {
    for (const [subject, { from, to }] of this.#moved) {
      let at = from
      for (const entry of this.#entries.get(subject) ?? []) {
        insistThat(entry.from === at, () => `the history of ${subject} goes on from ${entry.from}, which was ${at}`)
        insistThat(
          (movesOf(entry.subject)[at] ?? []).includes(entry.to),
          () => `${subject} was ${at} and became ${entry.to}, which no table knows`
        )
        at = entry.to
      }
      insistThat(at === to, () => `${subject} was ${from} and is ${to}, and its history ends at ${at}`)
    }
    for (const subject of this.#entries.keys())
      insistThat(this.#moved.has(subject), () => `the history tells of ${subject}, which was not written with it`)
  }
}

function movesOf(subject: OrderHistory['subject']): Readonly<Record<string, readonly string[]>> {
  switch (subject) {
    case 'order':
      return orderMachine.transitions
    case 'item':
      return orderItemMachine.transitions
    case 'task':
      return taskMachine.transitions
    case 'milestone':
      return milestoneMoves
    default:
      return subject satisfies never
  }
}

function subjectOf({ subject, item, milestone, task }: OrderHistory): string {
  switch (subject) {
    case 'order':
      return 'order'
    case 'item':
      return `item ${item?.id}`
    case 'task':
      return `task ${task?.id}`
    case 'milestone':
      return `milestone ${milestone?.key}`
    default:
      return subject satisfies never
  }
}

function orderOf(kept: Kept | undefined): ProductOrder | undefined {
  return kept?.resource as ProductOrder | undefined
}

function stateOf(kept: Kept | undefined, attribute: string): string | undefined {
  return kept && ((kept.resource as unknown as Readonly<Record<string, unknown>>)[attribute] as string)
}
