import { errorCodes } from '@crm-lite/adapters-http'
import {
  allowedStates,
  type CancelProductOrder,
  decideCancellation,
  decideItemMoves,
  decidePatch,
  isRefusal,
  itemsOf,
  mergeOrderPatch,
  type OrderHistory,
  type ProductOrder,
  productOrderItemStates,
  productOrderStates,
  type Refusal,
  refusalToDelete,
  settleTask,
  statesBeforeCancellation,
  withoutStatesBefore,
  withStatesBefore
} from '@crm-lite/domain'
import * as fc from 'fast-check'
import t from 'tap'
import { serve } from './serve.ts'
import { wireClient } from './wire-client.ts'

const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'
const CANCELLATIONS = '/tmf-api/productOrderingManagement/v4/cancelProductOrder'
const JOURNEYS = '/tmf-api/orderJourney/v1'
const CONNECTIONS = 16
const RACES = 1_000
const STORIES = 60

const orderToPlace = {
  productOrderItem: [
    { id: '1', action: 'add' },
    {
      id: '2',
      action: 'modify',
      productOrderItem: [
        { id: '2.1', action: 'add' },
        { id: '2.2', action: 'noChange' }
      ]
    },
    { id: '3', action: 'delete' }
  ]
}

/** Something that a client does with an order. */
type Command =
  | { readonly kind: 'move'; readonly state: (typeof productOrderStates)[number] }
  | { readonly kind: 'item'; readonly itemId: string; readonly state: (typeof productOrderItemStates)[number] }
  | { readonly kind: 'items'; readonly state: (typeof productOrderItemStates)[number] }
  | { readonly kind: 'change'; readonly patch: Readonly<Record<string, unknown>> }
  | { readonly kind: 'cancel' }

const leafIds = ['1', '2.1', '2.2', '3']
const usual = <State extends string>(states: readonly State[], ...more: State[]) => fc.constantFrom(...states, ...more, ...more)
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('move'), state: usual(productOrderStates, 'inProgress', 'held') }),
  fc.record({
    kind: fc.constant('item'),
    itemId: fc.constantFrom(...leafIds, '2', '9'),
    state: usual(productOrderItemStates, 'completed', 'failed')
  }),
  fc.record({ kind: fc.constant('items'), state: usual(productOrderItemStates, 'completed', 'inProgress') }),
  fc.record({
    kind: fc.constant('change'),
    patch: fc.constantFrom<Record<string, unknown>>(
      { description: 'another' },
      { category: 'B2B' },
      { priority: '1', state: 'inProgress' },
      { orderDate: '2020-01-01T00:00:00Z' },
      { productOrderItem: [{ id: '1' }] },
      { note: [{ text: 'a note' }] }
    )
  }),
  fc.constant<Command>({ kind: 'cancel' })
)

/** An order as the decisions alone would have it. */
interface Model {
  order: ProductOrder
  task?: CancelProductOrder
  moves: number
}

const moment = () => ({ now: new Date(), actor: 'anonymous' })

/** What the decisions say to a command; the model follows. */
function decide(model: Model, command: Command): Refusal | undefined {
  const { order } = model
  if (command.kind === 'cancel') {
    const request = { id: 'task', input: { productOrder: { id: order.id } } }
    const cancellation = decideCancellation(order, request, moment())
    if (isRefusal(cancellation)) return cancellation
    const task = cancellation.tasks.at(-1)
    follow(model, cancellation.order)
    if (task) model.task = task
    return undefined
  }
  const decision =
    command.kind === 'item'
      ? decideItemMoves(order, [{ itemId: command.itemId, to: command.state }], moment())
      : decidePatch(order, wanted(order, patchOf(command)), moment())
  if (isRefusal(decision)) return decision
  follow(model, decision)
  const [settled] = model.task ? settleTask(model.task, model.order, moment()).slice(-1) : []
  if (settled) model.task = settled
  return undefined
}

function follow(model: Model, { order, history }: { order: ProductOrder; history: readonly { subject: string }[] }): void {
  model.order = order
  model.moves += history.filter(({ subject }) => subject === 'order').length
}

/** A patch is made of what is shown. */
function wanted(order: ProductOrder, patch: unknown): unknown {
  const merged = mergeOrderPatch(withoutStatesBefore(order), patch) as ProductOrder
  return withStatesBefore(merged, statesBeforeCancellation(order))
}

function patchOf(command: Exclude<Command, { kind: 'item' | 'cancel' }>): Readonly<Record<string, unknown>> {
  if (command.kind === 'change') return command.patch
  const { state } = command
  if (command.kind === 'move') return { state }
  const inside = [{ id: '2.2', state }, { id: '2.1' }]
  return {
    productOrderItem: [
      { id: '1', state },
      { id: '2', productOrderItem: inside },
      { id: '3', state }
    ]
  }
}

const shown = ({ state, productOrderItem }: ProductOrder) =>
  [state, ...itemsOf(productOrderItem).map(item => item.state)].join(' ')

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`orders on ${engine}`, async t => {
    const client = wireClient(await serve(t, engine), CONNECTIONS)
    t.teardown(() => client.close())
    const send = async <T = ProductOrder>(method: string, path: string, body?: unknown) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' }
      const answer = await client.send({ method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
      return { status: answer.status, body: (answer.text === '' ? undefined : JSON.parse(answer.text)) as T }
    }
    const execute = (id: string, command: Command) => {
      if (command.kind === 'cancel') return send('POST', CANCELLATIONS, { productOrder: { id } })
      const { state } = command as { state?: string }
      if (command.kind === 'item') return send('POST', `${JOURNEYS}/order/${id}/item/${command.itemId}/state`, { state })
      return send('PATCH', `${ORDERS}/${id}`, patchOf(command))
    }

    const answers = new Map<number, number>()

    /** What differs from the decisions; nothing when all is well. */
    const story = async (steps: readonly Command[]): Promise<string[]> => {
      const faults: string[] = []
      const placed = await send('POST', ORDERS, orderToPlace)
      const model: Model = { order: placed.body, moves: 0 }
      const { id } = placed.body
      for (const step of steps) {
        const refusal = decide(model, step)
        const { status, body } = await execute(id, step)
        answers.set(status, (answers.get(status) ?? 0) + 1)
        const expected = refusal ? errorCodes[refusal.refused].status : step.kind === 'cancel' ? 201 : 200
        const { message } = body as { message?: string }
        if (status !== expected || (refusal && message !== refusal.message))
          faults.push(`${JSON.stringify(step)}: ${status} ${message} instead of ${expected} ${refusal?.message}`)
        const found = await send<ProductOrder & { allowedState: string[] }>(
          'GET',
          `${ORDERS}/${id}?fields=state,productOrderItem,allowedState`
        )
        const [is, should] = [shown(found.body), shown(model.order)]
        const [may, might] = [found.body.allowedState.join(), allowedStates(model.order).join()]
        if (is !== should || may !== might) faults.push(`${JSON.stringify(step)}: ${is} (${may}) instead of ${should} (${might})`)
      }
      const tasks = await send<CancelProductOrder[]>('GET', `${CANCELLATIONS}?productOrder.id=${id}&sort=-id`)
      const last = tasks.body.find(({ state }) => state === model.task?.state)
      if (model.task && !last) faults.push(`no task is ${model.task.state}: ${tasks.body.map(({ state }) => state)}`)
      const removed = await send('DELETE', `${ORDERS}/${id}`)
      const refused = refusalToDelete(model.order)
      if (removed.status !== (refused ? 409 : 204)) faults.push(`DELETE of what is ${model.order.state}: ${removed.status}`)
      const query = `order.id=${id}&subject=order&limit=200`
      const history = await send<OrderHistory[]>('GET', `${JOURNEYS}/history?${query}`)
      if (history.body.length !== model.moves) faults.push(`${history.body.length} entries of ${model.moves} moves`)
      return faults
    }

    await t.test('whatever is done with them, they are as the decisions say, and so is their history', async t => {
      const sampled = fc.sample(fc.array(commands, { minLength: 5, maxLength: 14, size: 'max' }), STORIES)
      const told = await inParallel(sampled, story)
      t.same(told.flat().slice(0, 10), [])
      t.same([...answers.keys()].sort(), [200, 201, 400, 404, 409], `all of it happened: ${[...answers]}`)
    })

    await t.test(`cancelling and completing at the same moment has one winner, ${RACES} times`, async t => {
      const items = [{ id: '1', action: 'add' }]
      const outcomes = await inParallel(Array.from({ length: RACES }), async () => {
        const { id } = (await send('POST', ORDERS, { productOrderItem: items })).body
        await send('PATCH', `${ORDERS}/${id}`, { state: 'inProgress' })
        const completing = () => send('PATCH', `${ORDERS}/${id}`, { productOrderItem: [{ id: '1', state: 'completed' }] })
        const cancelling = () => send('POST', CANCELLATIONS, { productOrder: { id } })
        const isFirst = Math.random() < 0.5
        const [first, second] = await Promise.all(isFirst ? [cancelling(), completing()] : [completing(), cancelling()])
        const [cancelled, completed] = isFirst ? [first, second] : [second, first]
        const { state } = (await send('GET', `${ORDERS}/${id}?fields=state`)).body
        return `cancelled ${cancelled.status}, completed ${completed.status}: ${state}`
      })
      const counts = new Map<string, number>()
      for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      t.comment([...counts].map(([outcome, count]) => `${outcome}, ${count} times`))
      const possible = ['cancelled 201, completed 409: assessingCancellation', 'cancelled 409, completed 200: completed']
      t.same(
        Object.keys(counts).filter(each => !possible.includes(each)),
        []
      )
    })
  })
}

async function inParallel<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const pending = [...all]
  const results: R[] = []
  const workOff = async () => {
    while (pending.length > 0) results.push(await work(pending.pop() as T))
  }
  await Promise.all(Array.from({ length: CONNECTIONS / 2 }, workOff))
  return results
}
