import { readFile } from 'node:fs/promises'
import t from 'tap'
import {
  applyServiceOrder,
  checkSpecification,
  defaultJourneySpecification,
  type MilestoneSpecification,
  type ReachedBy,
  startJourney
} from '../journey/index.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { acceptOrder, acknowledgeOrder } from '../ordering/index.ts'
import type { FmsFailure, ServiceOrderItemReport, ServiceOrderReport } from '../ports/fms-gateway.ts'
import type { Product } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { NewProductOrderItem } from '../resources/product-order-item.ts'
import {
  afterCancel,
  afterCreate,
  afterGet,
  afterLookUp,
  afterLostAnswer,
  askEarly,
  beginCreate,
  cancelFulfilment,
  decideFallout,
  defaultFulfilmentSettings,
  defaultStateMap,
  evidenceOf,
  type Fallout,
  type Fulfilment,
  type FulfilmentChange,
  type FulfilmentContext,
  falloutKinds,
  followReport,
  intendFulfilment,
  isOfNoConsequence,
  MAX_EVIDENCE_LENGTH,
  nextPoll,
  nextStep,
  type ProvisioningRule,
  productFor,
  requestToSend,
  retryDelayMs,
  undoAfterCancellation
} from './index.ts'

const START = Date.parse('2026-03-02T09:00:00Z')
const rule: ProvisioningRule = {
  id: 'rule-1',
  key: 'device',
  name: 'Device',
  version: 1,
  lifecycleStatus: 'active',
  serviceOrderItem: [{ key: 'router', supportingResource: [{ type: 'Router' }] }]
}

function must<T>(decision: T | Refusal): T {
  if (isRefusal(decision)) throw new Error(decision.message)
  return decision
}

function contextAt(seconds: number, more: Partial<FulfilmentContext> = {}): FulfilmentContext {
  let ids = 0
  return {
    moment: { now: new Date(START + seconds * 1_000), actor: 'worker' },
    settings: defaultFulfilmentSettings,
    random: () => 0,
    nextId: () => `id-${seconds}-${++ids}`,
    canLookUp: true,
    ...more
  }
}

function anAccepted(item: Partial<NewProductOrderItem> = {}, more: Partial<ProductOrder> = {}): ProductOrder {
  const productOrderItem: NewProductOrderItem[] = [{ id: '1', action: 'add', productOffering: { id: 'router' }, ...item }]
  const order = { ...must(acknowledgeOrder({ productOrderItem }, { id: 'order-1', now: new Date(START) })), ...more }
  return must(acceptOrder(order, contextAt(0).moment)).order
}

/** An order in which one thing was sent a second after it was accepted. */
function aSent(rules: readonly ProvisioningRule[] = [rule], item: Partial<NewProductOrderItem> = {}) {
  const order = anAccepted(item)
  const [intended] = intendFulfilment(order, { rules }, contextAt(0)).records
  return { order, record: beginCreate(intended!, contextAt(1))! }
}

function aReport(
  state: string,
  more: Partial<ServiceOrderReport> = {},
  item: Partial<ServiceOrderItemReport> = {}
): ServiceOrderReport {
  const router: ServiceOrderItemReport = { id: 'router', state, milestones: [], errorMessages: [], ...item }
  const rest = { milestones: [], jeopardyAlerts: [], errorMessages: [] }
  return { id: 'so-1', externalId: 'order-1:1:1', state, items: [router], ...rest, ...more }
}

function aDevice(more: Partial<ServiceOrderReport> = {}): ServiceOrderReport {
  const supportingResources = [{ id: 'device-1', serialNumber: 'SN1', type: 'Router' }]
  const service = { id: 'service-1', characteristics: [{ name: 'ip', value: '192.0.2.7' }], supportingResources }
  return aReport('completed', more, { service })
}

function aFailure(more: Partial<FmsFailure> = {}): FmsFailure {
  return { kind: 'unreachable', retryable: true, isOutcomeUnknown: false, code: 'connection', message: 'no connection', ...more }
}

function created(sent: ReturnType<typeof aSent>, report: ServiceOrderReport, seconds = 2): FulfilmentChange {
  const result = { kind: 'ok', value: report } as const
  return afterCreate(sent.record, sent.order, { asked: sent.record, result }, contextAt(seconds))
}

function failed(sent: ReturnType<typeof aSent>, failure: FmsFailure, seconds = 2): FulfilmentChange {
  return afterCreate(sent.record, sent.order, { asked: sent.record, result: failure }, contextAt(seconds))
}

function got(
  change: Pick<FulfilmentChange, 'record' | 'order'>,
  result: ServiceOrderReport | FmsFailure,
  seconds = 60
): FulfilmentChange {
  const answer = 'kind' in result ? result : ({ kind: 'ok', value: result } as const)
  return afterGet(change.record, change.order.order, { asked: change.record, result: answer }, contextAt(seconds))
}

function stepOf(record: Fulfilment, seconds: number): string {
  return nextStep(record, defaultFulfilmentSettings, new Date(START + seconds * 1_000)).kind
}

function itemState({ order }: Pick<FulfilmentChange, 'order'>): string {
  return order.order.productOrderItem[0]!.state
}

t.test('what was accepted', async t => {
  t.test('is intended item by item, once', async t => {
    const order = anAccepted()
    const { records, ...intention } = intendFulfilment(order, { rules: [] }, contextAt(0))
    t.match(records, [{ id: 'order-1:1:1', attempt: 1, state: 'intended', item: { id: '1' } }])
    t.equal(intention.order.outcome, 'unchanged')
    t.same(intendFulfilment(order, { rules: [] }, contextAt(0), records).records, [])
  })

  t.test('is completed at once where nothing is to be provisioned, with a product where it is one', async t => {
    const nothing = intendFulfilment(anAccepted(), { rules: [{ ...rule, serviceOrderItem: [] }] }, contextAt(0))
    t.equal(nothing.order.order.state, 'completed')
    t.match(nothing.products, [{ kind: 'create', product: { status: 'active', productOffering: { id: 'router' } } }])
    const { productOffering: _none, ...bare } = anAccepted().productOrderItem[0]!
    const without = intendFulfilment({ ...anAccepted(), productOrderItem: [bare] }, { rules: [] }, contextAt(0))
    t.match(without, { order: { order: { state: 'completed' } }, records: [], products: [] })
  })

  t.test('falls out where its rule cannot be applied, and can be tried again with another', async t => {
    const characteristic = [{ name: 'speed', fromCharacteristic: 'speed', isMandatory: true }]
    const broken = { ...rule, serviceOrderItem: [{ key: 'router', characteristic }] }
    const { order, records, fallouts } = intendFulfilment(anAccepted(), { rules: [broken] }, contextAt(0))
    t.equal(order.order.state, 'held')
    t.match(order.order.productOrderErrorMessage, [{ code: 'notDecomposable', productOrderItem: [{ productOrderItemId: '1' }] }])
    const subject = { fallout: fallouts[0]!, record: records[0]!, order: order.order }
    const decision = must(decideFallout(subject, { action: 'retry' }, { rules: [rule] }, contextAt(5)))
    t.match(decision, {
      record: { state: 'superseded' },
      decided: { status: 'resolved', resolution: 'retry' },
      more: [{ id: 'order-1:1:2', state: 'intended', request: { externalId: 'order-1:1:2', items: [{ id: 'router' }] } }],
      order: { order: { state: 'inProgress' } }
    })
  })
})

t.test('what was sent', async t => {
  t.test('is followed when the FMS has taken it', async t => {
    const change = created(aSent(), aReport('acknowledged'))
    t.match(change, { outcome: 'changed', record: { state: 'placed', serviceOrder: { id: 'so-1', state: 'acknowledged' } } })
    t.equal(stepOf(change.record, 5), 'wait')
    t.equal(stepOf(change.record, 20), 'get')
  })

  t.test('is sent again when it is certain that the FMS does not have it, later each time, and not for ever', async t => {
    const sent = aSent()
    const first = failed(sent, aFailure())
    t.match(first.record, { state: 'intended', failures: 1, tries: 1, nextAt: new Date(START + 3_000).toISOString() })
    const again = beginCreate(first.record, contextAt(3))!
    const second = failed({ ...sent, record: again }, aFailure(), 3)
    t.equal(second.record.nextAt, new Date(START + 5_000).toISOString())
    const last = failed({ ...sent, record: beginCreate(second.record, contextAt(20_000))! }, aFailure(), 20_000)
    t.match(last, { record: { state: 'fallout' }, fallout: { kind: 'timeout', step: 'send', status: 'open' } })
    t.match(last.order.order, { state: 'held', productOrderErrorMessage: [{ code: 'timeout' }] })
  })

  t.test('waits as long as the FMS asks', async t => {
    t.equal(failed(aSent(), aFailure({ retryAfterS: 90 })).record.nextAt, new Date(START + 92_000).toISOString())
  })

  t.test('falls out when the FMS refuses it', async t => {
    const evidence = { status: 400, answer: '{"code":"7","message":"***"}' }
    const refused = aFailure({ kind: 'refused', retryable: false, code: 'badRequest', evidence })
    t.match(failed(aSent(), refused).fallout, { kind: 'rejectedByFms', evidence: { answer: '{"code":"7","message":"***"}' } })
  })

  t.test('is looked up once the FMS has settled when the answer was lost, and sent again only when it is not there', async t => {
    const lost = failed(aSent(), aFailure({ code: 'timeout', isOutcomeUnknown: true }))
    t.equal(lost.record.state, 'unknown')
    t.equal(stepOf(lost.record, 31), 'wait')
    t.equal(stepOf(lost.record, 33), 'lookUp')
    const look = (value: readonly ServiceOrderReport[]) =>
      afterLookUp(lost.record, lost.order.order, { asked: lost.record, result: { kind: 'ok', value } }, contextAt(33))
    t.match(look([]).record, { state: 'intended', attempt: 1 })
    t.match(look([aReport('inProgress')]).record, { state: 'placed', serviceOrder: { id: 'so-1' } })
    t.match(look([aReport('inProgress'), aReport('held', { id: 'so-2' })]).fallout, { kind: 'inconsistentState' })
    t.match(look([aReport('inProgress', { externalId: 'other' })]).record, { state: 'intended' }, 'what is not ours is not taken')
  })

  t.test('and found so after a crash has lost its answer', async t => {
    const { order, record } = aSent()
    t.equal(stepOf(record, 10), 'wait')
    t.equal(stepOf(record, 16), 'answerLost')
    t.equal(afterLostAnswer(record, order, contextAt(16)).record.state, 'unknown')
  })

  t.test('is not taken back by an answer that comes when others know more', async t => {
    const sent = aSent()
    const placed = created(sent, aReport('inProgress')).record
    const late = afterCreate(placed, sent.order, { asked: sent.record, result: aFailure() }, contextAt(9))
    t.equal(late.outcome, 'unchanged')
  })
})

t.test('what was looked up before it was sent again says nothing about that', async t => {
  const sent = aSent()
  const unknown = { ...sent.record, state: 'unknown' as const, tries: 2 }
  const late = { asked: { ...unknown, tries: 1 }, result: { kind: 'ok', value: [] } as const }
  t.equal(afterLookUp(unknown, sent.order, late, contextAt(99)).outcome, 'unchanged')
})

t.test('what the FMS says', async t => {
  const placed = created(aSent(), aReport('acknowledged'))
  const by = (from: FulfilmentChange, report: ServiceOrderReport, source: 'answer' | 'callback', seconds = 30) =>
    followReport(from.record, from.order.order, { report, source }, contextAt(seconds))

  t.test('takes the item along: held while it waits, in progress when it goes on', async t => {
    const held = by(placed, aReport('pending'), 'answer')
    t.equal(itemState(held), 'held')
    t.equal(itemState(by(held, aReport('inProgress'), 'answer')), 'inProgress')
  })

  t.test('by callback is believed when it cannot change any more; otherwise the FMS is asked at once', async t => {
    const doubtful = by(placed, aReport('held'), 'callback', 5)
    t.equal(itemState(doubtful), 'inProgress')
    t.equal(stepOf(doubtful.record, 5), 'get')
    const bad = by(placed, aReport('failed'), 'callback', 5)
    t.match([bad.record.state, bad.fallout], ['placed', undefined])
    t.equal(itemState(by(placed, aDevice(), 'callback')), 'completed')
    const incomplete = by(placed, aReport('completed'), 'callback', 5)
    t.match([itemState(incomplete), stepOf(incomplete.record, 5)], ['inProgress', 'get'])
  })

  t.test('when it is completed gives the customer the product, with what was allocated', async t => {
    const { record, product, order } = by(placed, aDevice(), 'answer')
    t.equal(order.order.state, 'completed')
    if (product?.kind !== 'create') throw new Error('no product')
    t.match(product.product, {
      status: 'active',
      productSerialNumber: 'SN1',
      productOffering: { id: 'router' },
      productCharacteristic: [{ name: 'ip', value: '192.0.2.7' }],
      realizingService: [{ id: 'service-1' }],
      realizingResource: [{ id: 'device-1', value: 'SN1' }],
      productOrderItem: [{ productOrderId: 'order-1', orderItemId: '1', orderItemAction: 'add' }]
    })
    t.match([product.product.productPrice, product.product.relatedParty], [[], []])
    t.notOk('billingAccount' in product.product, 'nothing is made up')
    t.match(record, { state: 'completed', product: { id: product.product.id } })
  })

  t.test('when it failed makes somebody decide', async t => {
    const errorMessages = [{ code: 'E7', reason: 'No port', message: 'call asha@example.com' }]
    for (const [state, kind] of Object.entries({
      failed: 'failedAtFms',
      rejected: 'rejectedByFms',
      partial: 'partialAtFms',
      cancelled: 'cancelledAtFms'
    })) {
      const change = by(placed, aReport(state, { errorMessages }), 'answer')
      t.match(change.fallout, { kind, serviceOrder: { id: 'so-1' }, evidence: { error: 'E7: No port: call ***' } })
      t.equal(itemState(change), 'held')
    }
    t.match(by(placed, aReport('completed', {}, { state: 'failed' }), 'answer').fallout, { kind: 'partialAtFms' })
  })

  t.test('is missed when a device is not there, and heals when it is', async t => {
    const change = by(placed, aReport('completed'), 'answer')
    t.match(change.fallout, { kind: 'deviceMissing' })
    const healed = by(change, aDevice(), 'callback')
    t.match(healed, { record: { state: 'completed' }, resolved: { id: change.fallout!.id, resolution: 'healed' } })
  })

  t.test('may make no sense a few times', async t => {
    const odd = [60, 120].reduce((change, at) => got(change, aReport('dancing'), at), placed)
    t.match(odd, { record: { state: 'placed', puzzles: 2 } })
    t.match(got(odd, aReport('dancing'), 180).fallout, { kind: 'unreadableAnswer' })
    t.equal(got(odd, aReport('inProgress'), 180).record.puzzles, 0)
    t.match(got(odd, aReport('inProgress', { id: 'so-9' }), 180).fallout, { kind: 'unreadableAnswer' })
  })

  t.test('that it has lost the order, or nothing for hours, makes somebody decide', async t => {
    t.match(got(placed, aFailure({ kind: 'refused', retryable: false, code: 'notFound' }), 90).fallout, {
      kind: 'inconsistentState'
    })
    const silent = got(placed, aFailure(), 60)
    t.match([silent.fallout, silent.record.state], [undefined, 'placed'])
    const tooLong = got(silent, aFailure(), 60 + 4 * 3_600)
    t.match(tooLong.fallout, { kind: 'timeout' })
    const healed = by(tooLong, aReport('inProgress'), 'callback')
    t.match(healed, { record: { state: 'placed' }, resolved: { resolution: 'healed' } })
    t.type(healed.record.nextAt, 'string', 'from now on it is asked again')
  })

  t.test('heals what nobody could read, and what is no longer wanted goes on being cancelled', async t => {
    const cancelled = cancelFulfilment(placed.record, placed.order.order, 'because', contextAt(10))
    const doubtful = { ...cancelled.record, cancellation: { ...cancelled.record.cancellation!, isUnknown: true } }
    const no = aFailure({ kind: 'refused', retryable: false, code: 'badRequest' })
    const lost = [20, 40, 60].reduce<FulfilmentChange>((change, at) => got(change, no, at), { ...cancelled, record: doubtful })
    t.match(lost.fallout, { kind: 'unreadableAnswer', status: 'open' })
    const healed = by(lost, aReport('inProgress'), 'callback')
    t.match(healed, { record: { state: 'cancelling' }, resolved: { resolution: 'healed' } })
    t.type(healed.record.nextAt, 'string', 'from now on it is asked again')
  })

  t.test('can mean something else by rule', async t => {
    const mapped = { ...placed, record: { ...placed.record, stateMap: { partial: 'inProgress' as const } } }
    t.equal(by(mapped, aReport('partial'), 'answer').fallout, undefined)
  })

  t.test('is news for the journey, once', async t => {
    const milestones = [
      { id: 'm1', name: 'Shipped', status: 'Completed' },
      { name: 'Later', status: 'open' }
    ]
    const told = by(placed, aReport('inProgress', { milestones }), 'answer')
    t.match(told.news, [{ itemId: '1', state: 'inProgress', milestones: ['m1', 'Shipped'], characteristics: [] }])
    t.same(by(told, aReport('inProgress', { milestones }), 'answer').news, [])
  })
})

t.test('a callback', async t => {
  const sent = aSent()
  const placed = created(sent, aReport('acknowledged'))
  const idle = (record: Fulfilment, report: ServiceOrderReport, seconds: number, eventId = 'event-9') =>
    isOfNoConsequence(record, { report, eventId }, contextAt(seconds))

  t.test('about the first steps has no consequence right after sending, and has later', async t => {
    const records = [sent.record, placed.record]
    t.same(
      records.map(record => idle(record, aReport('inProgress'), 2)),
      [true, true]
    )
    t.same(
      records.map(record => idle(record, aReport('inProgress'), 4)),
      [false, false]
    )
  })

  t.test('about the first steps has one where nothing else would tell that the FMS has it', async t => {
    const told = { report: aReport('inProgress') }
    const isOfNone = (record: Fulfilment) => isOfNoConsequence(record, told, contextAt(2, { canLookUp: false }))
    t.same([sent.record, placed.record].map(isOfNone), [false, true])
  })

  t.test('that only names the service order says that the FMS has it, and has it asked about', async t => {
    const { record, order } = askEarly(sent.record, sent.order, 'so-1', contextAt(2))
    t.match(record, { state: 'placed', serviceOrder: { id: 'so-1' }, nextAt: contextAt(2).moment.now.toISOString() })
    const result = { kind: 'ok', value: aReport('acknowledged') } as const
    t.equal(afterCreate(record, order.order, { asked: sent.record, result }, contextAt(3)).outcome, 'unchanged')
    t.equal(askEarly(sent.record, sent.order, undefined, contextAt(2)).outcome, 'unchanged')
  })

  t.test('that comes while the FMS is asked has it asked once more', async t => {
    const at = (seconds: number) => contextAt(seconds).moment.now.toISOString()
    const asked = { ...placed.record, nextAt: at(60) }
    const heard = { report: aReport('failed'), source: 'callback' } as const
    const { record, order } = followReport(asked, placed.order.order, heard, contextAt(61))
    const result = { kind: 'ok', value: aReport('inProgress') } as const
    const after = afterGet(record, order.order, { asked, result }, contextAt(62)).record
    t.match(after, { state: 'placed', serviceOrder: { state: 'inProgress' }, nextAt: at(61) })
    t.match(afterGet(asked, order.order, { asked, result }, contextAt(62)).record, { nextAt: at(72) })
  })

  t.test('about anything else has, whenever it comes', async t => {
    for (const state of ['completed', 'failed', 'held', 'cancelled', 'borked']) t.notOk(idle(placed.record, aReport(state), 2))
    t.notOk(idle(placed.record, aReport('inProgress', { id: 'so-9' }), 2), 'another service order')
    t.notOk(idle({ ...placed.record, isHeld: true }, aReport('inProgress'), 2), 'it goes on')
    t.notOk(idle({ ...placed.record, isListenedTo: true }, aReport('inProgress'), 2), 'a milestone waits')
  })

  t.test('that leaves the state where it is has none right after news, but for the same one once more', async t => {
    const told = { report: aReport('inProgress'), source: 'callback', eventId: 'event-1' } as const
    const { record } = followReport(placed.record, placed.order.order, told, contextAt(30))
    const milestones = [{ id: 'm1', name: 'Shipped', status: 'completed' }]
    t.ok(idle(record, aReport('inProgress', { milestones }), 31))
    t.ok(idle(record, aReport('inProgress'), 31), 'another event that says the same')
    t.notOk(idle(record, aReport('inProgress'), 31, 'event-1'))
    t.notOk(idle(record, aReport('inProgress', { milestones }), 60))
  })

  t.test('that was faster than the answer makes that no news', async t => {
    const early = { report: aReport('inProgress'), source: 'callback' } as const
    const { record, order } = followReport(sent.record, sent.order, early, contextAt(4))
    t.equal(record.state, 'placed')
    const result = { kind: 'ok', value: aReport('acknowledged') } as const
    t.equal(afterCreate(record, order.order, { asked: sent.record, result }, contextAt(5)).outcome, 'unchanged')
  })
})

t.test('milestones may wait for what the FMS tells', async t => {
  const order = anAccepted()
  const reachedWith = (reachedBy: Partial<ReachedBy & { by: 'serviceOrder' }>, more: Partial<MilestoneSpecification> = {}) => {
    const milestone = [{ key: 'm', name: 'M', ...more, reachedBy: { ...reachedBy, by: 'serviceOrder' as const } }]
    const specification = { ...defaultJourneySpecification, milestone }
    const { journey } = startJourney({ id: order.id, specification, order, calendars: [] }, contextAt(0).moment)
    const characteristics = [{ name: 'lineTest', value: 'passed' }]
    const news = { itemId: '1', state: 'inProgress', milestones: ['shipped'], characteristics }
    return applyServiceOrder(journey, order, news, contextAt(9).moment).journey.milestone[0]!.state
  }
  for (const scope of ['order', 'item'] as const) {
    t.equal(reachedWith({ states: ['held', 'inProgress'] }, { scope }), 'reached')
    t.equal(reachedWith({ milestone: 'shipped', states: ['inProgress'] }, { scope }), 'reached')
    t.equal(reachedWith({ characteristic: 'lineTest' }, { scope }), 'reached')
    t.equal(reachedWith({ characteristic: 'lineTest', in: ['passed'] }, { scope }), 'reached')
    t.equal(reachedWith({ characteristic: 'lineTest', in: ['failed'] }, { scope }), 'open')
    t.equal(reachedWith({ milestone: 'shipped', states: ['held'] }, { scope }), 'open')
  }
  t.equal(reachedWith({ states: ['inProgress'] }, { forItems: { action: 'delete' } }), 'open')

  const pointers = (reachedBy: Partial<ReachedBy & { by: 'serviceOrder' }>) => {
    const milestone = [{ key: 'm', name: 'M', reachedBy: { ...reachedBy, by: 'serviceOrder' as const } }]
    return checkSpecification({ key: 'k', name: 'K', milestone }).map(({ pointer }) => pointer)
  }
  const at = '/milestone/0/reachedBy'
  t.same(pointers({ milestone: 'shipped' }), [])
  t.same(pointers({}), [at])
  t.same(pointers({ states: [], milestone: ' ' }), [`${at}/states`, `${at}/milestone`])
  t.same(pointers({ milestone: 'x', in: [] }), [`${at}/in`, `${at}/in`])
})

t.test('a cancellation', async t => {
  const placed = created(aSent(), aReport('inProgress'))
  const cancelling = cancelFulfilment(placed.record, placed.order.order, 'because', contextAt(10))
  const answered = (record: Fulfilment, state: string) =>
    afterCancel(record, placed.order.order, { asked: record, result: { kind: 'ok', value: { id: 'c-1', state } } }, contextAt(11))
      .record

  t.test('is asked for at the FMS, and waits for its answer', async t => {
    t.equal(stepOf(cancelling.record, 10), 'cancel')
    const asked = answered(cancelling.record, 'accepted')
    t.equal(stepOf(asked, 60), 'cancellation')
    t.equal(answered(asked, 'done').state, 'cancelled')
    t.match(answered(asked, 'terminatedWithError'), { state: 'placed', cancellation: { state: 'refused' } })
  })

  t.test('needs no FMS for what was not sent', async t => {
    const order = anAccepted()
    const [intended] = intendFulfilment(order, { rules: [] }, contextAt(0)).records
    t.equal(cancelFulfilment(intended!, order, 'because', contextAt(1)).record.state, 'cancelled')
  })

  t.test('looks at the service order before it asks again, and gives up in the end', async t => {
    const fail = (record: Fulfilment, failure = aFailure({ isOutcomeUnknown: true })) =>
      afterCancel(record, placed.order.order, { asked: record, result: failure }, contextAt(11))
    let record = fail(cancelling.record).record
    t.equal(stepOf(record, 30), 'get')
    t.equal(stepOf(got({ record, order: placed.order }, aReport('inProgress'), 30).record, 30), 'cancel')
    t.equal(got({ record, order: placed.order }, aReport('cancelled'), 30).record.state, 'cancelled')
    for (let index = 0; index < 3; index++) {
      record = got({ record: fail(record).record, order: placed.order }, aReport('inProgress'), 30).record
    }
    t.match(fail(record).fallout, { kind: 'cancellationFailed' })
  })

  t.test('that the FMS refuses lets the order go on', async t => {
    const no = aFailure({ kind: 'refused', retryable: false, code: 'conflict' })
    const refused = afterCancel(cancelling.record, placed.order.order, { asked: cancelling.record, result: no }, contextAt(11))
    t.match(got(refused, aReport('inProgress'), 30).record, { state: 'placed', cancellation: { state: 'refused' } })
  })

  t.test('undoes what was done, in a new attempt', async t => {
    const done = created(aSent(), aDevice())
    const { more } = undoAfterCancellation(done.record, done.order.order, contextAt(20))
    t.match(more, [
      {
        id: 'order-1:1:2',
        purpose: 'compensate',
        request: { items: [{ action: 'delete', serviceId: 'service-1', supportingResources: [{ id: 'device-1' }] }] }
      }
    ])
    const [undo] = more
    const undone = followReport(
      { ...undo!, state: 'sent' },
      done.order.order,
      { report: aReport('completed', { externalId: 'order-1:1:2', id: 'so-2' }), source: 'answer' },
      contextAt(30)
    )
    t.match(undone, { record: { state: 'completed' }, product: { kind: 'terminate', id: done.record.product!.id } })
  })

  t.test('of what was changed or removed waits for somebody to restore it, and leaves the customer the product', async t => {
    const known: Product = { id: 'p', status: 'active', productCharacteristic: [], productPrice: [], relatedParty: [] }
    const restored = (action: 'modify' | 'delete', stored: Product) => {
      const done = created(aSent([rule], { action, product: { id: 'p' } }), aDevice())
      const undo = undoAfterCancellation(done.record, done.order.order, contextAt(20))
      t.match(undo, { fallout: { kind: 'notCompensable' }, more: [{ state: 'fallout', purpose: 'compensate' }] })
      const subject = { fallout: undo.fallout!, record: undo.more[0]!, order: done.order.order }
      const { product } = must(decideFallout(subject, { action: 'completeByHand' }, { rules: [] }, contextAt(30)))
      if (product?.kind !== 'modify') throw new Error('the product is to stay')
      return product.apply(stored)
    }
    t.same(restored('modify', known), known)
    t.same(restored('delete', { ...known, status: 'terminated', terminationDate: '2026-03-02T09:00:02.000Z' }), known)
  })

  t.test('of what a change has added takes that from the product again', async t => {
    const adding: ProvisioningRule = { ...rule, serviceOrderItem: [{ key: 'router', action: 'add' }] }
    const done = created(aSent([adding], { action: 'modify', product: { id: 'p' } }), aDevice())
    const { more } = undoAfterCancellation(done.record, done.order.order, contextAt(20))
    t.match(more, [{ state: 'intended', request: { items: [{ action: 'delete', serviceId: 'service-1' }] } }])
    const report = aReport('completed', { externalId: 'order-1:1:2', id: 'so-2' })
    const record = { ...more[0]!, state: 'sent' as const }
    const { product } = followReport(record, done.order.order, { report, source: 'answer' }, contextAt(30))
    if (product?.kind !== 'modify') throw new Error('the product is to stay')
    const lists = { productCharacteristic: [], productPrice: [], relatedParty: [] }
    const realizing = { realizingService: [{ id: 'old' }, { id: 'service-1' }], realizingResource: [{ id: 'device-1' }] }
    t.match(product.apply({ id: 'p', status: 'active', ...lists, ...realizing }), {
      status: 'active',
      realizingService: [{ id: 'old' }],
      realizingResource: []
    })
  })
})

t.test('an operator', async t => {
  const placed = created(aSent(), aReport('inProgress'))
  const fallen = got(placed, aReport('failed'), 60)
  const decide = (command: Parameters<typeof decideFallout>[1], fallout: Fallout = fallen.fallout!) =>
    decideFallout({ fallout, record: fallen.record, order: fallen.order.order }, command, { rules: [rule] }, contextAt(90))

  t.test('may try again, as it was or with changes', async t => {
    t.match(must(decide({ action: 'retry' })), {
      record: { state: 'superseded' },
      more: [{ attempt: 2 }],
      order: { order: { state: 'inProgress' } }
    })
    const changes = { items: [{ id: 'router', characteristics: [{ name: 'vlan', value: 7 }] }] }
    t.match(must(decide({ action: 'retryWithChanges', changes })).more[0]!.request.items[0]!.characteristics, [
      { name: 'vlan', value: 7 }
    ])
    t.match(decide({ action: 'retryWithChanges', changes: { items: [{ id: 'x' }] } }), {
      objections: [{ pointer: '/changes/items/0/id' }]
    })
  })

  t.test('goes on where nothing need be sent twice', async t => {
    const silent = got(got(placed, aFailure(), 60), aFailure(), 20_000)
    const subject = { fallout: silent.fallout!, record: silent.record, order: silent.order.order }
    const decision = must(decideFallout(subject, { action: 'retry' }, { rules: [] }, contextAt(20_001)))
    t.match(decision, { record: { state: 'placed', attempt: 1 }, more: [], order: { order: { state: 'inProgress' } } })
  })

  t.test('sends nothing else while the FMS may be at what was sent', async t => {
    const lost = failed(aSent(), aFailure({ isOutcomeUnknown: true }))
    const unread = aFailure({ kind: 'unreadable', retryable: false, code: 'notJson' })
    const unknown = afterLookUp(lost.record, lost.order.order, { asked: lost.record, result: unread }, contextAt(40))
    const silent = got(got(placed, aFailure(), 60), aFailure(), 20_000)
    const changes = { items: [{ id: 'router', characteristics: [{ name: 'vlan', value: 7 }] }] }
    const change = ({ fallout, record, order }: FulfilmentChange, canLookUp = true) => {
      const subject = { fallout: fallout!, record, order: order.order }
      return decideFallout(subject, { action: 'retryWithChanges', changes }, { rules: [] }, contextAt(20_001, { canLookUp }))
    }
    for (const [kind, fallen] of Object.entries({ outcomeUnknown: unknown, timeout: silent })) {
      t.match(fallen.fallout, { kind })
      t.match(
        change(fallen),
        { refused: 'illegalMove', allowed: ['assign', 'retry', 'skip', 'completeByHand', 'compensate'] },
        `${kind}: it would be done twice`
      )
    }
    t.match(must(change(unknown, false)).more, [{ attempt: 2 }], 'where nothing can be looked up that is for people to know')
  })

  t.test('may leave it out, or have done it', async t => {
    t.match(must(decide({ action: 'skip' })), { order: { order: { state: 'completed' } }, product: undefined })
    const result = { services: [{ id: 's-7' }], resources: [{ id: 'd-7', serialNumber: 'SN7' }] }
    const byHand = must(decide({ action: 'completeByHand', result }))
    t.match(byHand, {
      order: { order: { state: 'completed' } },
      product: { kind: 'create', product: { productSerialNumber: 'SN7' } }
    })
  })

  t.test('may give it up: what is there is undone first', async t => {
    t.match(must(decide({ action: 'compensate' })), {
      record: { state: 'cancelled' },
      order: { order: { state: 'failed' } },
      more: []
    })
    const partial = got(placed, { ...aDevice(), state: 'partial' }, 60)
    const subject = { fallout: partial.fallout!, record: partial.record, order: partial.order.order }
    const undoing = must(decideFallout(subject, { action: 'compensate' }, { rules: [] }, contextAt(90)))
    t.match(undoing, { record: { state: 'superseded' }, more: [{ purpose: 'compensate' }], order: { order: { state: 'held' } } })
  })

  t.test('finds nothing to undo of what the FMS only repeated', async t => {
    const echo = { characteristics: [], supportingResources: [{ type: 'Router' }] }
    const rejected = got(placed, aReport('rejected', {}, { service: echo }), 60)
    const subject = { fallout: rejected.fallout!, record: rejected.record, order: rejected.order.order }
    t.match(must(decideFallout(subject, { action: 'compensate' }, { rules: [rule] }, contextAt(90))), {
      record: { state: 'cancelled' },
      order: { order: { state: 'failed' } },
      more: []
    })
    const sent = aSent([rule], { action: 'modify', product: { id: 'p', realizingService: [{ id: 'service-1' }] } })
    const failed = got(created(sent, aReport('inProgress')), aReport('failed', {}, { service: { ...echo, id: 'service-1' } }), 60)
    const modified = { fallout: failed.fallout!, record: failed.record, order: failed.order.order }
    t.match(must(decideFallout(modified, { action: 'compensate' }, { rules: [rule] }, contextAt(90))).more, [])
  })

  t.test('may give up what the FMS may have without our knowing: it is looked up and cancelled there', async t => {
    const sent = aSent()
    const lost = failed(sent, aFailure({ isOutcomeUnknown: true }))
    const failure = aFailure({ kind: 'unreadable', retryable: false, code: 'notJson' })
    const lookUp = (record: Fulfilment, order: ProductOrder, result: ServiceOrderReport[] | FmsFailure, seconds: number) => {
      const answer = 'kind' in result ? result : ({ kind: 'ok', value: result } as const)
      return afterLookUp(record, order, { asked: record, result: answer }, contextAt(seconds))
    }
    const unknown = lookUp(lost.record, lost.order.order, failure, 40)
    t.match(unknown.fallout, { kind: 'outcomeUnknown' })
    const subject = { fallout: unknown.fallout!, record: unknown.record, order: unknown.order.order }
    const { record, order } = must(decideFallout(subject, { action: 'compensate' }, { rules: [rule] }, contextAt(90)))
    t.match(record, { state: 'unknown', cancellation: { state: 'wanted', isGivenUp: true } })
    t.match(lookUp(record, order.order, [aReport('inProgress')], 91).record, { state: 'cancelling' })
    const none = lookUp(record, order.order, [], 91)
    t.match(none, { record: { state: 'cancelled' }, order: { order: { state: 'failed' } } })
  })

  t.test('has the order say what is wrong as long as somebody has to decide, and for ever where it was given up', async t => {
    t.match(fallen.order.order.productOrderErrorMessage, [{ code: 'failedAtFms' }])
    for (const action of ['retry', 'skip', 'completeByHand'] as const) {
      t.notOk('productOrderErrorMessage' in must(decide({ action })).order.order, action)
    }
    t.match(must(decide({ action: 'compensate' })).order.order.productOrderErrorMessage, [{ code: 'failedAtFms' }])
  })

  t.test('tries again by the rule that there is by now', async t => {
    const subject = { fallout: fallen.fallout!, record: fallen.record, order: fallen.order.order }
    const repaired: ProvisioningRule = { ...rule, id: 'rule-2', version: 2, serviceOrderItem: [{ key: 'repaired' }] }
    t.match(must(decideFallout(subject, { action: 'retry' }, { rules: [repaired] }, contextAt(90))).more, [
      { rule: { version: 2 }, request: { items: [{ id: 'repaired' }] } }
    ])
  })

  t.test('takes care of it, and cannot decide twice', async t => {
    const { decided } = must(decide({ action: 'assign', owner: 'asha' }))
    t.match(decided, { status: 'assigned', owner: 'asha', history: [{ action: 'raise' }, { action: 'assign', owner: 'asha' }] })
    t.match(must(decide({ action: 'assign' }, decided)).decided, { status: 'open' })
    const resolved = must(decide({ action: 'skip' })).decided
    t.match(decide({ action: 'retry' }, resolved), { refused: 'illegalMove', allowed: [] })
  })
})

t.test('what was done in part', async t => {
  const two: ProvisioningRule = {
    ...rule,
    serviceOrderItem: [{ key: 'line' }, { key: 'router', requires: ['line'], supportingResource: [{ type: 'Router' }] }]
  }
  const anItem = (id: string, state: string, service?: ServiceOrderItemReport['service']): ServiceOrderItemReport => ({
    id,
    state,
    milestones: [],
    errorMessages: [],
    ...(service && { service })
  })
  const line = { id: 'line-1', name: 'Line', characteristics: [{ name: 'vlan', value: 7 }], supportingResources: [] }
  const router = {
    id: 'router-1',
    characteristics: [],
    supportingResources: [{ id: 'device-1', serialNumber: 'SN1', macAddress: '00:00:5e:00:53:01' }]
  }
  const placed = created(aSent([two]), aReport('inProgress'))
  const partial = got(placed, aReport('partial', { items: [anItem('line', 'completed', line), anItem('router', 'failed')] }), 60)
  const subjectOf = ({ fallout, record, order }: FulfilmentChange) => ({ fallout: fallout!, record, order: order.order })
  const decide = (change: FulfilmentChange, command: Parameters<typeof decideFallout>[1], seconds: number) =>
    must(decideFallout(subjectOf(change), command, { rules: [two] }, contextAt(seconds)))
  const again = decide(partial, { action: 'retry' }, 90)
  const second = again.more[0]!
  const answer = (items: ServiceOrderItemReport[], state = 'completed') =>
    followReport(
      { ...second, state: 'sent' },
      again.order.order,
      { report: aReport(state, { id: 'so-2', externalId: second.id, items }), source: 'answer' },
      contextAt(100)
    )

  t.test('is not asked for again', async t => {
    const { items } = requestToSend(second)
    t.match(items, [{ id: 'router', action: 'add' }])
    t.same(items[0]!.requires, [], 'it need not wait for what is done')
    t.match(second.done, [{ position: 0, request: { id: 'line' }, result: { service: 'line-1' } }])
  })

  t.test('is part of the product, in the order in which it was asked for', async t => {
    const { product, record } = answer([anItem('router', 'completed', router)])
    if (product?.kind !== 'create') throw new Error('no product')
    t.match(product.product.realizingService, [{ id: 'line-1', name: 'Line' }, { id: 'router-1' }])
    t.match(product.product.productCharacteristic, [
      { name: 'vlan', value: 7 },
      { name: 'macAddress', value: '00:00:5e:00:53:01' }
    ])
    const { more } = undoAfterCancellation(record, again.order.order, contextAt(200))
    t.match(more[0]?.request.items, [
      { id: 'line', action: 'delete', serviceId: 'line-1', requires: ['router'] },
      { id: 'router', action: 'delete', serviceId: 'router-1', requires: [] }
    ])
  })

  t.test('is undone when the rest is given up, cancelled or fails', async t => {
    const undoing = [{ purpose: 'compensate', request: { items: [{ id: 'line', action: 'delete', serviceId: 'line-1' }] } }]
    t.match(decide(partial, { action: 'compensate' }, 90).more, undoing)
    t.match(decide(answer([anItem('router', 'failed')], 'failed'), { action: 'compensate' }, 110).more, undoing)
    const cancelled = cancelFulfilment(second, again.order.order, 'no longer wanted', contextAt(95))
    t.match(undoAfterCancellation(cancelled.record, again.order.order, contextAt(96)).more, undoing)
  })

  t.test('is completed at once when nothing is left to do', async t => {
    const all = [anItem('line', 'completed', line), anItem('router', 'completed', router)]
    const odd = got(placed, aReport('partial', { items: all }), 60)
    const { more, product, record, order } = decide(odd, { action: 'retry' }, 90)
    t.match({ more, record, order }, { more: [], record: { state: 'completed' }, order: { order: { state: 'completed' } } })
    t.match(product, { kind: 'create', product: { realizingService: [{ id: 'line-1' }, { id: 'router-1' }] } })
  })

  t.test('is kept when somebody completes the rest by hand', async t => {
    const result = { services: [{ id: 'by-hand' }], resources: [{ type: 'Router', serialNumber: 'SN8' }] }
    const { product, record } = decide(partial, { action: 'completeByHand', result }, 90)
    if (product?.kind !== 'create') throw new Error('no product')
    t.match(product.product, {
      realizingService: [{ id: 'line-1' }, { id: 'by-hand' }],
      realizingResource: [{ id: 'SN8', value: 'SN8', '@referredType': 'Router' }]
    })
    t.match(record.result, [
      { item: 'line', service: 'line-1' },
      { item: 'router', service: 'by-hand' }
    ])
  })

  t.test('and lacks its device is changed, not made a second time', async t => {
    const bare = { ...router, supportingResources: [{ type: 'Router' }] }
    const items = [anItem('line', 'completed', line), anItem('router', 'completed', bare)]
    const lacking = got(placed, aReport('completed', { items }), 60)
    t.match(lacking.fallout, { kind: 'deviceMissing' })
    const changes = { items: [{ id: 'router', supportingResources: [{ model: 'R2' }] }] }
    const { more } = decide(lacking, { action: 'retryWithChanges', changes }, 90)
    const [item, ...others] = more[0]!.request.items
    t.match(item, { id: 'router', action: 'modify', serviceId: 'router-1', supportingResources: [{ model: 'R2' }] })
    t.same(others, [])
    const report = aReport('completed', { id: 'so-2', externalId: more[0]!.id, items: [anItem('router', 'completed', router)] })
    const change = followReport({ ...more[0]!, state: 'sent' }, again.order.order, { report, source: 'answer' }, contextAt(99))
    t.match(undoAfterCancellation(change.record, again.order.order, contextAt(200)).more[0]?.request.items, [
      { id: 'line', action: 'delete', serviceId: 'line-1' },
      { id: 'router', action: 'delete', serviceId: 'router-1', supportingResources: [{ id: 'device-1' }] }
    ])
  })
})

t.test('products', async t => {
  const known: Product = {
    id: 'p',
    status: 'active',
    productCharacteristic: [
      { name: 'speed', value: 100 },
      { name: 'ssid', value: 'home' }
    ],
    productPrice: [],
    relatedParty: [{ id: 'party', '@referredType': 'Individual' }],
    realizingService: [{ id: 'old' }]
  }
  const product = { id: 'p', productCharacteristic: [{ name: 'speed', value: 500 }] }
  const result = { services: [{ id: 'new' }], resources: [], characteristics: [], date: '2026-03-02T10:00:00Z' }
  const change = (action: NewProductOrderItem['action'], more: Partial<ProductOrder> = {}) => {
    const order = { ...anAccepted({ action, product }), ...more }
    return productFor({ order, item: order.productOrderItem[0]!, result, nextId: () => 'fresh' })
  }

  t.test('are changed by what was ordered and what came of it', async t => {
    const modified = change('modify')
    if (modified?.kind !== 'modify') throw new Error('no change')
    const after = modified.apply(known)
    t.match(after, { status: 'active', realizingService: [{ id: 'old' }, { id: 'new' }], relatedParty: [{ id: 'party' }] })
    t.same(after.productCharacteristic, [
      { name: 'speed', value: 500 },
      { name: 'ssid', value: 'home' }
    ])
  })

  t.test('have every device, with or without an id, and what is told of it', async t => {
    const resources = [
      { serialNumber: 'SN1', macAddress: '00:00:5e:00:53:01', model: 'R1' },
      { id: 'stick', serialNumber: 'SN2', macAddress: '00:00:5e:00:53:02', characteristics: [{ name: 'colour', value: 'black' }] }
    ]
    const order = anAccepted({ action: 'add', product: {} })
    const of = { order, item: order.productOrderItem[0]!, result: { ...result, resources }, nextId: () => 'fresh' }
    const created = productFor(of)
    if (created?.kind !== 'create') throw new Error('no product')
    t.match(created.product, {
      productSerialNumber: 'SN1',
      realizingResource: [
        { id: 'SN1', name: 'R1', value: 'SN1' },
        { id: 'stick', value: 'SN2' }
      ],
      productCharacteristic: [
        { name: 'macAddress SN1', value: '00:00:5e:00:53:01' },
        { name: 'macAddress stick', value: '00:00:5e:00:53:02' },
        { name: 'colour', value: 'black' }
      ]
    })
  })

  t.test('end with the item that removes them', async t => {
    const terminated = change('delete')
    if (terminated?.kind !== 'terminate') throw new Error('no change')
    t.match(terminated.apply(known), { status: 'terminated', terminationDate: result.date })
  })

  t.test('have the account of the item, or else of the order', async t => {
    const created = change('add', { billingAccount: { id: 'account' } })
    t.match(created, { kind: 'create', product: { id: 'fresh', billingAccount: { id: 'account' } } })
  })
})

t.test('the pace', async t => {
  const wait = (silenceS: number) => {
    const now = new Date(START + silenceS * 1_000)
    return (
      (nextPoll({ newsAt: new Date(START).toISOString() }, defaultFulfilmentSettings, now, () => 0).getTime() - now.getTime()) /
      1_000
    )
  }
  t.same([0, 60, 600, 86_400].map(wait), [10, 30, 300, 600])
  const { retry } = defaultFulfilmentSettings
  t.same(
    [1, 2, 3, 20, 1_000].map(failures => retryDelayMs(retry, failures, () => 0)),
    [1_000, 2_000, 4_000, 300_000, 300_000]
  )
  t.equal(
    retryDelayMs(retry, 1, () => 1),
    1_200
  )
})

t.test('evidence', async t => {
  const relatedParty = [{ id: 'party-77', name: 'Asha Example', role: 'customer', '@referredType': 'Individual' }]
  const order = anAccepted({}, { relatedParty, note: [{ text: 'Hill Road 12' }] })
  const characteristics = [{ name: 'customerName', value: 'Asha Example' }]
  const request = {
    externalId: 'order-1:1:1',
    items: [{ id: 'line', action: 'add', characteristics, supportingResources: [{ model: 'R1' }], requires: [] }]
  } as const
  const evidenceFor = (happened: Parameters<typeof evidenceOf>[2]) => evidenceOf(request, order, happened)!

  t.test('is what was asked and what was told, in its shape and without what is personal', async t => {
    const message = 'Asha Example, Hill Road 12 has no line: call +49 30 123456 or asha@example.com'
    const service = { id: 's-10045', characteristics, supportingResources: [{ model: 'R1', macAddress: '00:00:5e:00:53:01' }] }
    const report = aReport('failed', { errorMessages: [{ code: 'E100045', message }] }, { service })
    const { request: asked, answer, error } = evidenceFor({ report })
    t.match(JSON.parse(asked!), {
      externalId: 'order-1:1:1',
      items: [{ id: 'line', characteristics: [{ name: 'customerName', value: '***' }], supportingResources: [{ model: 'R1' }] }]
    })
    t.match(JSON.parse(answer!), {
      id: 'so-1',
      items: [{ service: { id: 's-10045', supportingResources: [{ model: 'R1', macAddress: '***' }] } }],
      errorMessages: [{ code: 'E100045', message: '***, *** has no line: call *** or ***' }]
    })
    t.match(error, /\*\*\*, \*\*\* has no line: call \*\*\* or \*\*\*/)
  })

  t.test('of a failure is what the gateway took down, which keeps its ids', async t => {
    const request = 'POST /serviceOrder/100045 {"externalId":"0199c3a4-5f7e-7c31-9d52-123456789012:1:1","name":"Router"}'
    const evidence = { request, answer: '{"reason":"no port for Asha Example"}', status: 400 }
    const failure = aFailure({ kind: 'refused', code: 'badRequest', evidence })
    t.same(evidenceFor({ failure }), { request, answer: '{"reason":"no port for ***"}', status: 400 })
  })

  t.test('is cut where it is long, and there is none of what was never sent', async t => {
    const long = 'x'.repeat(100_000)
    t.ok(evidenceFor({ failure: aFailure({ evidence: { answer: long } }) }).answer!.length <= MAX_EVIDENCE_LENGTH)
    t.equal(evidenceOf({ ...request, items: [] }, order, {}), undefined)
  })
})

t.test('the documentation lists the states and the kinds that there are', async t => {
  const text = await readFile(new URL('../../../../docs/fms-integration.md', import.meta.url), 'utf8')
  const rows = (name: string) => [...text.split(`<!-- ${name} -->`)[1]!.matchAll(/^\| `([^`]+)` \| `?([^`|]+?)`? \|/gm)]
  t.same(Object.fromEntries(rows('states').map(([, state, meaning]) => [state, meaning])), { ...defaultStateMap })
  t.same(
    rows('kinds').map(([, kind]) => kind),
    [...falloutKinds]
  )
})
