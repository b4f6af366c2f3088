import type { FmsFailure, FmsGateway, FmsResult, ServiceOrderReport, ServiceOrderRequest } from '../ports/fms-gateway.ts'
import type { TestRunner } from './contract.ts'
import { BUSY_FOR_S, type FmsFault, type FmsOperation, fmsFaults, type ScriptedFms } from './fms-faults.ts'

export interface FmsUnderTest {
  readonly gateway: FmsGateway
  /** What the gateway talks to. */
  readonly fms: ScriptedFms
  close(): unknown
}

/**
 * What not every FMS can do: `milestones` stands for everything that is told beside states, services and devices, so for alerts and errors
 * as well.
 */
export type FmsAbility = 'lookUp' | 'cancel' | 'milestones'

export interface FmsContractOptions {
  /** Of the gateway, for people. */
  readonly name: string
  /** What this one has to refuse as `notSupported` or, of `milestones`, doesn't tell. */
  readonly cannot?: readonly FmsAbility[]
  /** One that is connected to an FMS without orders; it should wait for an answer a fraction of a second at most. */
  readonly makeFms: () => Promise<FmsUnderTest>
}

interface Under extends FmsUnderTest {
  can(ability: FmsAbility): boolean
}

/** What every way of talking to an FMS must do. */
export async function fmsGatewayContract(t: TestRunner, options: FmsContractOptions): Promise<void> {
  const can = (ability: FmsAbility) => !options.cannot?.includes(ability)
  const behaviour = async (sentence: string, body: (t: TestRunner, under: Under) => Promise<void>) => {
    await t.test(`${options.name}: ${sentence}`, async t => {
      const under = await options.makeFms()
      try {
        await body(t, { ...under, can })
      } finally {
        await under.close()
      }
    })
  }
  await behaviour('what is asked for is placed once, and told as it was taken', places)
  await behaviour('what should have been answered by now is not sent any more', sendsNothingLate)
  await behaviour('every fault tells whether it may be tried again, and whether it may be done already', tellsFaults)
  await behaviour('reading changes nothing, so that its outcome is never unknown', readsWithoutHarm)
  if (can('lookUp')) {
    await behaviour('an order is found by what we called it, and what is not there is not found', looksUp)
    await behaviour('what is done late is found once it is done', findsWhatIsLate)
  } else await behaviour('a look-up is refused, and asks nothing of the FMS', cannotLookUp)
  await behaviour('the progress, the devices and the errors of an order are told', follows)
  await behaviour('states that nobody knows are told as they are', keepsStates)
  await behaviour('a page of the orders is told, with how many there are', lists)
  if (can('cancel')) await behaviour('a cancellation is asked for and followed', cancels)
  else await behaviour('a cancellation is refused, and leaves the order as it is', cannotCancel)
  await behaviour('callbacks are asked for and called off, twice without harm', subscribes)
  await behaviour('what is not there is refused with notFound', findsNothing)
}

/** One item with everything that a request can say, and another that waits for it. */
export const serviceOrderRequest: ServiceOrderRequest = {
  externalId: 'order-1:item-1:1',
  description: 'Fibre for the customer',
  category: 'residential',
  requestedStartDate: '2026-03-02T08:00:00.000Z',
  requestedCompletionDate: '2026-03-09T08:00:00.000Z',
  items: [
    {
      id: 'line',
      action: 'add',
      serviceSpecification: { id: 'fibre-line', name: 'Fibre line', version: '2.0' },
      characteristics: [
        { name: 'bandwidth', value: 500, valueType: 'number' },
        { name: 'address', value: { street: 'Hill Road', number: [1, 2] } },
        { name: 'nothing', value: null }
      ],
      supportingResources: [
        { name: 'Router', type: 'Router', model: 'HG-8245', characteristics: [{ name: 'colour', value: 'white' }] }
      ],
      requires: []
    },
    { id: 'tv', action: 'modify', serviceId: 'service-7', characteristics: [], supportingResources: [], requires: ['line'] }
  ]
}

export const requestFor = (externalId: string): ServiceOrderRequest => ({ ...serviceOrderRequest, externalId })

function okOf<T>(result: FmsResult<T>): T {
  if (result.kind !== 'ok') throw new Error(`${result.kind} ${result.code}: ${result.message}`)
  return result.value
}

function failureOf(result: FmsResult<unknown>): FmsFailure {
  if (result.kind === 'ok') throw new Error('this should have failed')
  return result
}

async function places(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  const created = okOf(await gateway.create(serviceOrderRequest))
  t.equal(fms.orders().length, 1)
  t.same(created, fms.orders()[0])
  t.equal(created.externalId, serviceOrderRequest.externalId)
  t.same(
    created.items.map(({ id, state }) => [id, state]),
    [
      ['line', created.state],
      ['tv', created.state]
    ]
  )
  t.same(created.items[0]?.service?.characteristics, serviceOrderRequest.items[0]?.characteristics)
  t.same(created.items[0]?.service?.supportingResources, serviceOrderRequest.items[0]?.supportingResources)
  t.equal(created.items[1]?.service?.id, 'service-7')
  t.same(okOf(await gateway.get(created.id)), created)
}

async function sendsNothingLate(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  const late = failureOf(await gateway.create(serviceOrderRequest, new Date('2020-01-01T00:00:00Z')))
  t.same(outlineOf(late), { kind: 'unreachable', code: 'late', retryable: true, isOutcomeUnknown: false })
  t.equal(fms.orders().length, 0)
  t.equal((await gateway.create(serviceOrderRequest, new Date('2100-01-01T00:00:00Z'))).kind, 'ok')
}

async function tellsFaults(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  for (const [fault, { isDone, failure }] of Object.entries(fmsFaults)) {
    const request = requestFor(`faulty:${fault}:1`)
    fms.failNext('create', fault as FmsFault)
    const found = failureOf(await gateway.create(request))
    t.same(outlineOf(found), outlineOf(failure), fault)
    t.equal(found.retryAfterS, failure.retryAfterS, fault)
    t.ok(found.message.length > 0 && found.message.length < 500, fault)
    const placed = fms.orders().filter(order => order.externalId === request.externalId)
    t.equal(placed.length, isDone === 'yes' ? 1 : 0, `${fault}: what is there`)
    t.ok(found.isOutcomeUnknown || isDone === 'no', `${fault}: what may be there is never denied`)
  }
  t.equal(fmsFaults.isBusy.failure.retryAfterS, BUSY_FOR_S)
  t.equal((await gateway.create(requestFor('faulty:none:1'))).kind, 'ok', 'a fault is over when it is over')
}

const outlineOf = ({ kind, code, retryable, isOutcomeUnknown }: FmsFailure) => ({ kind, code, retryable, isOutcomeUnknown })

const notSupported = { kind: 'refused', code: 'notSupported', retryable: false, isOutcomeUnknown: false } as const

/** Of answers, whatever was asked. */
const readingFaults = [
  'breaks',
  'isDown',
  'losesAnswer',
  'garbles',
  'redirects',
  'sendsOn',
  'floods',
  'drips',
  'breaksOff'
] as const

async function readsWithoutHarm(t: TestRunner, { gateway, fms, can }: Under): Promise<void> {
  const { id } = okOf(await gateway.create(serviceOrderRequest))
  const reads: (readonly [FmsOperation, () => Promise<FmsResult<unknown>>])[] = [
    ['get', () => gateway.get(id)],
    ['list', () => gateway.list({ offset: 0, limit: 10 })]
  ]
  if (can('lookUp')) reads.push(['list', () => gateway.lookUp(serviceOrderRequest.externalId)])
  for (const [operation, read] of reads) {
    for (const fault of readingFaults) {
      fms.failNext(operation, fault)
      const { kind, code, retryable } = fmsFaults[fault].failure
      t.same(outlineOf(failureOf(await read())), { kind, code, retryable, isOutcomeUnknown: false }, `${operation} ${fault}`)
    }
    t.equal((await read()).kind, 'ok')
  }
  t.equal(fms.orders().length, 1)
}

async function cannotLookUp(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  t.equal(gateway.canLookUp, false)
  okOf(await gateway.create(serviceOrderRequest))
  fms.failNext('list', 'breaks')
  t.same(outlineOf(failureOf(await gateway.lookUp(serviceOrderRequest.externalId))), notSupported)
  t.equal(failureOf(await gateway.list({ offset: 0, limit: 1 })).code, 'serverError', 'nothing was asked before this')
}

async function cannotCancel(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  const order = okOf(await gateway.create(serviceOrderRequest))
  for (const result of [await gateway.cancel(order.id, 'the customer moved'), await gateway.cancellation('any')])
    t.same(outlineOf(failureOf(result)), notSupported)
  t.same(fms.orders(), [order])
}

async function looksUp(t: TestRunner, { gateway }: Under): Promise<void> {
  t.equal(gateway.canLookUp, true)
  t.same(okOf(await gateway.lookUp('order-1:item-1:1')), [])
  for (const externalId of ['order-1:item-1:1', 'order-1:item-1:2', 'order-1:item-1', 'a&b=c d%20é', 'order-2:item-1:1'])
    okOf(await gateway.create(requestFor(externalId)))
  for (const externalId of ['order-1:item-1:1', 'order-1:item-1', 'a&b=c d%20é']) {
    const found = okOf(await gateway.lookUp(externalId))
    t.same(
      found.map(order => order.externalId),
      [externalId]
    )
  }
  t.same(okOf(await gateway.lookUp('order-1:item')), [])
}

async function findsWhatIsLate(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  fms.failNext('create', 'isLate')
  failureOf(await gateway.create(serviceOrderRequest))
  t.same(okOf(await gateway.lookUp(serviceOrderRequest.externalId)), [])
  fms.settle()
  t.same(okOf(await gateway.lookUp(serviceOrderRequest.externalId)), fms.orders())
  t.equal(fms.orders().length, 1)
}

async function follows(t: TestRunner, { gateway, fms, can }: Under): Promise<void> {
  const { id } = okOf(await gateway.create(serviceOrderRequest))
  fms.move(id, order => ({
    ...order,
    state: 'partial',
    completionDate: '2026-03-08T10:00:00.000Z',
    milestones: [{ id: '1', name: 'Planned', date: '2026-03-03T10:00:00.000Z', status: 'Completed', message: 'done' }],
    jeopardyAlerts: [
      { id: '2', name: 'Weather', jeopardyType: 'delay', message: 'rain', date: '2026-03-04T10:00:00.000Z', itemIds: ['line'] }
    ],
    errorMessages: [{ code: '42', reason: 'no port', message: 'none left', date: '2026-03-05T10:00:00.000Z' }],
    items: order.items.map((item, index) => (index === 0 ? provisioned(item) : failed(item)))
  }))
  const told = can('milestones') ? fms.orders() : fms.orders().map(withoutMilestones)
  t.same(okOf(await gateway.get(id)), told[0])
  if (can('lookUp')) t.same(okOf(await gateway.lookUp(serviceOrderRequest.externalId)), told)
}

function withoutMilestones(order: ServiceOrderReport): ServiceOrderReport {
  const none = { milestones: [], errorMessages: [] }
  return { ...order, ...none, jeopardyAlerts: [], items: order.items.map(item => ({ ...item, ...none })) }
}

type Item = ServiceOrderReport['items'][number]

const provisioned = (item: Item): Item => ({
  ...item,
  state: 'completed',
  milestones: [{ name: 'Device shipped', date: '2026-03-06T10:00:00.000Z' }],
  service: {
    id: 'service-1',
    name: 'Line of the customer',
    state: 'active',
    characteristics: [{ name: 'ipAddress', value: '192.0.2.1' }],
    supportingResources: [
      { id: 'device-1', name: 'Router', model: 'HG-8245', serialNumber: 'SN1', macAddress: '02:00:00:00:00:01' }
    ]
  }
})

const failed = (item: Item): Item => ({ ...item, state: 'failed', errorMessages: [{ code: '7', reason: 'no such service' }] })

async function keepsStates(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  const { id } = okOf(await gateway.create(serviceOrderRequest))
  fms.move(id, order => ({ ...order, state: 'onHoliday', items: order.items.map(item => ({ ...item, state: 'asleep' })) }))
  const order = okOf(await gateway.get(id))
  t.same([order.state, ...order.items.map(({ state }) => state)], ['onHoliday', 'asleep', 'asleep'])
}

async function lists(t: TestRunner, { gateway }: Under): Promise<void> {
  t.same(okOf(await gateway.list({ offset: 0, limit: 2 })), { orders: [], unreadable: 0, totalCount: 0 })
  const ids: string[] = []
  for (const n of [1, 2, 3]) ids.push(okOf(await gateway.create(requestFor(`order-${n}:item-1:1`))).id)
  const pages = [okOf(await gateway.list({ offset: 0, limit: 2 })), okOf(await gateway.list({ offset: 2, limit: 2 }))]
  t.same(
    pages.map(({ orders }) => orders.length),
    [2, 1]
  )
  t.same(pages.flatMap(({ orders }) => orders.map(({ id }) => id)).sort(), ids.sort())
  t.ok(pages.every(({ totalCount, unreadable }) => totalCount === 3 && unreadable === 0))
}

async function cancels(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  const { id } = okOf(await gateway.create(serviceOrderRequest))
  const asked = okOf(await gateway.cancel(id, 'the customer moved'))
  t.same([asked.serviceOrderId, asked.state], [id, 'accepted'])
  t.same(okOf(await gateway.cancellation(asked.id)), asked)
  for (const fault of ['losesAnswer', 'breaks', 'garbles', 'refuses', 'redirects', 'sendsOn', 'breaksOff'] as const) {
    fms.failNext('cancel', fault)
    t.same(outlineOf(failureOf(await gateway.cancel(id, 'the customer moved'))), outlineOf(fmsFaults[fault].failure), fault)
  }
}

async function subscribes(t: TestRunner, { gateway, fms }: Under): Promise<void> {
  const first = okOf(await gateway.subscribe('https://crm.example/fms-listener/secret'))
  const second = okOf(await gateway.subscribe('https://crm.example/fms-listener/other'))
  t.same(fms.callbacks(), ['https://crm.example/fms-listener/secret', 'https://crm.example/fms-listener/other'])
  for (const { id } of [first, first]) t.same(await gateway.unsubscribe(id), { kind: 'ok', value: undefined })
  t.same(fms.callbacks(), ['https://crm.example/fms-listener/other'])
  fms.failNext('unsubscribe', 'isDown')
  t.equal((await gateway.unsubscribe(second.id)).kind, 'unreachable')
}

async function findsNothing(t: TestRunner, { gateway, can }: Under): Promise<void> {
  const results: FmsResult<unknown>[] = [await gateway.get('nobody')]
  if (can('cancel')) results.push(await gateway.cancel('nobody', 'because'), await gateway.cancellation('nobody'))
  for (const result of results)
    t.same(outlineOf(failureOf(result)), { kind: 'refused', code: 'notFound', retryable: false, isOutcomeUnknown: false })
}
