import * as fc from 'fast-check'
import t from 'tap'
import { isRefusal } from '../kernel/refusal.ts'
import { canMove, type StateMachine } from '../kernel/transitions.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { type NewProductOrderItem, type OrderItemAction, orderItemActions } from '../resources/product-order-item.ts'
import {
  acceptOrder,
  acknowledgeOrder,
  allowedItemStates,
  allowedStates,
  type Cancellation,
  confirmCancellation,
  decideCancellation,
  decideItemMoves,
  decideOrderMove,
  decidePatch,
  isFinalItem,
  isFinalOrder,
  itemsOf,
  leavesOf,
  mergeOrderPatch,
  type OrderChange,
  orderItemMachine,
  orderMachine,
  productOrderItemStates,
  productOrderStates,
  refuseCancellation,
  rollUp,
  rollUpItem
} from './index.ts'

const RUNS = 10_000
const moment = { now: new Date('2026-03-02T09:00:00Z'), actor: 'asha', reason: 'because' }

/** A tree of items, each with the number of items in it and what to do. */
const shape = fc.array(
  fc.record({
    action: fc.constantFrom<OrderItemAction>('add', ...orderItemActions),
    children: fc.array(fc.constantFrom<OrderItemAction>('add', ...orderItemActions), { maxLength: 3 })
  }),
  { minLength: 1, maxLength: 3 }
)

type Command =
  | { readonly kind: 'accept' | 'cancel' | 'confirm' | 'refuse' }
  | { readonly kind: 'order'; readonly state: number }
  | { readonly kind: 'items'; readonly moves: readonly (readonly [item: number, state: number])[]; readonly isPatch: boolean }

const move = fc.tuple(fc.nat({ max: 11 }), fc.nat({ max: 40 }))
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constantFrom('accept', 'cancel', 'confirm', 'refuse') }),
  fc.record({ kind: fc.constant('order' as const), state: fc.nat({ max: 40 }) }),
  fc.record({
    kind: fc.constant('items' as const),
    moves: fc.array(move, { minLength: 1, maxLength: 3 }),
    isPatch: fc.boolean()
  }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('items' as const), moves: fc.tuple(move), isPatch: fc.constant(false) }) }
)

/** Half of them begin with the acceptance: few would get far otherwise. */
const sequence = fc
  .tuple(fc.boolean(), fc.array(command, { minLength: 1, maxLength: 24 }))
  .map(([isAccepted, commands]): Command[] => (isAccepted ? [{ kind: 'accept' }, ...commands] : commands))

function orderOf(items: readonly { action: OrderItemAction; children: readonly OrderItemAction[] }[]): ProductOrder {
  const productOrderItem = items.map(({ action, children }, index): NewProductOrderItem => {
    const productOrderItem = children.map((each, child) => ({ id: `${index}.${child}`, action: each }))
    return { id: `${index}`, action, ...(children.length > 0 && { productOrderItem }) }
  })
  return acknowledgeOrder({ productOrderItem }, { id: 'order-1', now: moment.now }) as ProductOrder
}

/** Mostly what is allowed, so that sequences get somewhere; else anything. */
function pick<S>(allowed: readonly S[], all: readonly S[], index: number): S {
  return (index > 8 && allowed.length > 0 ? allowed[index % allowed.length] : all[index % all.length])!
}

function run(order: ProductOrder, { task, ...command }: Command & { task: Cancellation['tasks'][number] | undefined }) {
  switch (command.kind) {
    case 'accept':
      return acceptOrder(order, moment)
    case 'order':
      return decideOrderMove(order, pick(allowedStates(order), productOrderStates, command.state), moment)
    case 'cancel':
      return decideCancellation(order, { id: 'task-1', input: { productOrder: { id: order.id } } }, moment)
    case 'confirm':
      return task ? confirmCancellation(order, task, moment) : undefined
    case 'refuse':
      return task ? refuseCancellation(order, task, moment) : undefined
    case 'items': {
      const items = itemsOf(order.productOrderItem)
      const moves = command.moves.map(([item, state]) => {
        const { id, ...rest } = items[item % items.length]!
        return { itemId: id, to: pick(allowedItemStates({ id, ...rest }), productOrderItemStates, state) }
      })
      return command.isPatch ? patched(order, moves) : decideItemMoves(order, moves, moment)
    }
    default:
      return command satisfies never
  }
}

function patched(order: ProductOrder, moves: readonly { itemId: string; to: string }[]) {
  const patch = (items: ProductOrder['productOrderItem']): unknown[] =>
    items.map(({ id, productOrderItem }) => {
      const state = moves.findLast(each => each.itemId === id)?.to
      return { id, ...(state && { state }), ...(productOrderItem && { productOrderItem: patch(productOrderItem) }) }
    })
  return decidePatch(order, mergeOrderPatch(order, { productOrderItem: patch(order.productOrderItem) }), moment)
}

/** Throws when a change is anything that it must not be. */
function examine(before: ProductOrder, { outcome, order, steps, history }: OrderChange): void {
  const moved = history.length > 0
  insist(moved === (outcome === 'changed'), 'what changed is recorded, what is recorded has changed')
  insist(steps.length === 0 ? order === before : steps.at(-1) === order, 'the last step is what is stored')
  const ofOrder = history.filter(({ subject }) => subject === 'order')
  followTable(orderMachine, before.state, order.state, ofOrder)
  insist(ofOrder.length === 0 || ofOrder.length <= steps.length, 'a step for every move of the order')
  const states = steps.map(({ state }) => state).filter((state, index, all) => state !== (all[index - 1] ?? before.state))
  insist(String(states) === String(ofOrder.map(({ to }) => to)), 'steps and history tell the same')
  const after = new Map(itemsOf(order.productOrderItem).map(item => [item.id, item.state]))
  for (const item of itemsOf(before.productOrderItem)) {
    const entries = history.filter(each => each.subject === 'item' && each.item?.id === item.id)
    followTable(orderItemMachine, item.state, after.get(item.id)!, entries)
  }
  insist(!isFinalOrder(before.state) || outcome === 'unchanged', 'a final order never moves')
}

function followTable<S extends string>(
  machine: StateMachine<S>,
  from: S,
  to: S,
  entries: readonly { from: string; to: string }[]
) {
  let state = from
  for (const entry of entries) {
    insist(entry.from === state && canMove(machine, state, entry.to as S), `${machine.name}: ${state} to ${entry.to}`)
    state = entry.to as S
  }
  insist(state === to, `${machine.name} is ${to} and is recorded as ${state}`)
}

function examineWhole(order: ProductOrder): void {
  const leaves = leavesOf(order.productOrderItem).map(({ state }) => state)
  if (order.state !== 'cancelled' && order.state !== 'rejected')
    insist(outcomeAgrees(order.state, leaves), 'items agree with the order')
  insist(!isFinalOrder(order.state) || leaves.every(isFinalItem), 'nothing is open on a final order')
  insist(isFinalOrder(order.state) || leaves.some(state => !isFinalItem(state)), 'an order with nothing open is final')
  insist(rollUp(leaves, order.state) === order.state, 'the order is where its leaves put it')
  for (const item of itemsOf(order.productOrderItem).filter(each => each.productOrderItem !== undefined)) {
    const below = leavesOf(item.productOrderItem!).map(({ state }) => state)
    insist(isFinalItem(item.state) || rollUpItem(below, item.state) === item.state, 'a parent shows its leaves')
    insist(!isFinalItem(item.state) || below.every(isFinalItem), 'nothing is open in a final parent')
  }
  const isAssessed = order.state === 'assessingCancellation'
  insist(isAssessed === (order.stateBeforeCancellation !== undefined), 'where to go back to is known while it is needed')
  const isAccepted = leaves.some(state => ['inProgress', 'held', 'completed', 'failed'].includes(state))
  insist(!isAccepted || !leaves.some(state => state === 'acknowledged' || state === 'pending'), 'orders are accepted as a whole')
}

function outcomeAgrees(state: string, leaves: readonly string[]): boolean {
  const done = leaves.filter(each => each === 'completed').length
  if (state === 'completed') return done === leaves.length
  if (state === 'partial') return done > 0 && done < leaves.length
  return state !== 'failed' || (done === 0 && leaves.includes('failed'))
}

function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

t.test('no sequence of commands reaches what the tables forbid', async t => {
  const reached = new Map<string, number>()
  let decisions = 0
  fc.assert(
    fc.property(shape, sequence, (items, commands) => {
      let order = orderOf(items)
      let task: Cancellation['tasks'][number] | undefined
      for (const each of commands) {
        const decision = run(order, { ...each, task })
        if (!decision || isRefusal(decision)) continue
        decisions += 1
        const change: OrderChange = 'tasks' in decision ? decision.order : decision
        if ('tasks' in decision) task = decision.tasks.at(-1) ?? task
        if (change.history.length > 0 || change.outcome === 'unchanged') examine(order, change)
        order = change.order
        examineWhole(order)
      }
      reached.set(order.state, (reached.get(order.state) ?? 0) + 1)
    }),
    { numRuns: RUNS }
  )
  t.same(
    productOrderStates.filter(state => !reached.has(state)),
    [],
    'every state was reached'
  )
  t.comment(`${decisions} decisions, ended in ${JSON.stringify(Object.fromEntries(reached))}`)
})

t.test('what is offered can be done, what is not offered cannot', async () => {
  fc.assert(
    fc.property(shape, fc.array(command, { maxLength: 12 }), (items, commands) => {
      let order = orderOf(items)
      for (const each of commands) {
        const decision = run(order, { ...each, task: undefined })
        if (decision && !isRefusal(decision)) order = 'tasks' in decision ? decision.order.order : decision.order
      }
      const offered = allowedStates(order)
      for (const state of productOrderStates) {
        const isRefused = isRefusal(decideOrderMove(order, state, moment))
        insist(isRefused === !(offered.includes(state) || state === order.state), `${order.state} to ${state}`)
      }
      for (const item of itemsOf(order.productOrderItem)) {
        const offeredHere = allowedItemStates(item)
        for (const to of productOrderItemStates) {
          const isRefused = isRefusal(decideItemMoves(order, [{ itemId: item.id, to }], moment))
          insist(isRefused === !(offeredHere.includes(to) || to === item.state), `item ${item.state} to ${to}`)
        }
      }
    }),
    { numRuns: 1_000 }
  )
})

t.test('the same command again changes nothing', async () => {
  fc.assert(
    fc.property(shape, fc.array(command, { minLength: 1, maxLength: 12 }), (items, commands) => {
      let order = orderOf(items)
      for (const each of commands) {
        if (each.kind !== 'order' && each.kind !== 'items') continue
        const [to, moves] = targetsOf(order, each)
        const decide = (of: ProductOrder) => (to ? decideOrderMove(of, to, moment) : decideItemMoves(of, moves, moment))
        const first = decide(order)
        if (isRefusal(first)) continue
        order = first.order
        if (to && order.state !== to) continue // it rolled on
        const again = decide(order)
        insist(!isRefusal(again) && again.outcome === 'unchanged' && again.history.length === 0, 'no second event')
      }
    }),
    { numRuns: 1_000 }
  )
})

function targetsOf(order: ProductOrder, command: Command & { kind: 'order' | 'items' }) {
  if (command.kind === 'order') return [pick(allowedStates(order), productOrderStates, command.state), []] as const
  const leaves = leavesOf(order.productOrderItem)
  const moves = new Map(
    command.moves.map(([item, state]) => {
      const leaf = leaves[item % leaves.length]!
      return [leaf.id, pick(allowedItemStates(leaf), productOrderItemStates, state)]
    })
  )
  return [undefined, [...moves].map(([itemId, to]) => ({ itemId, to }))] as const
}
