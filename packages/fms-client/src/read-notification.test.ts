import * as fc from 'fast-check'
import t from 'tap'
import { readNotification } from './index.ts'

const order = {
  '@type': 'ServiceOrder',
  id: '4711',
  externalId: 'order-1:item-1:1',
  state: 'inProgress',
  serviceOrderItem: [{ id: 'line', state: 'inProgress', service: { id: 's' } }]
}

t.test('every event of v4 and every notification of v3 is known by its name', async t => {
  const names: readonly [string, string][] = [
    ['ServiceOrderCreateEvent', 'created'],
    ['ServiceOrderStateChangeEvent', 'stateChanged'],
    ['ServiceOrderAttributeValueChangeEvent', 'attributesChanged'],
    ['ServiceOrderMilestoneEvent', 'milestone'],
    ['ServiceOrderJeopardyEvent', 'jeopardy'],
    ['ServiceOrderInformationRequiredEvent', 'informationRequired'],
    ['ServiceOrderDeleteEvent', 'deleted'],
    ['ServiceOrderCreationNotification', 'created'],
    ['ServiceOrderCreateNotification', 'created'],
    ['ServiceOrderStateChangeNotification', 'stateChanged'],
    ['ServiceOrderAttributeValueChangeNotification', 'attributesChanged'],
    ['ServiceOrderInformationRequiredNotification', 'informationRequired'],
    ['ServiceOrderRemoveNotification', 'deleted'],
    ['SomethingOfTheirOwn', 'attributesChanged']
  ]
  for (const [eventType, change] of names) {
    const body = { eventId: 7, eventTime: '2026-03-01T10:00:00+01:00', eventType, event: { serviceOrder: order } }
    const expected = { eventType, change, eventId: '7', eventTime: '2026-03-01T09:00:00.000Z', serviceOrderId: '4711' }
    t.match(readNotification(body), { kind: 'ok', value: { ...expected, externalId: order.externalId } }, eventType)
    const { eventType: _, ...nameless } = body
    const path = eventType.replace(/^S/, 's')
    t.match(readNotification(nameless, path), { kind: 'ok', value: { eventType, change } }, `${path} in the path`)
  }
})

t.test('an order that is told whole can be followed, a part of one only asked for', async t => {
  const whole = readNotification({ eventType: 'ServiceOrderStateChangeEvent', event: { serviceOrder: order } })
  t.match(whole, {
    kind: 'ok',
    value: { report: { id: '4711', state: 'inProgress', items: [{ id: 'line', service: { id: 's' } }] } }
  })
  const { serviceOrderItem: orderItem, ...rest } = order
  const older = readNotification({
    eventType: 'ServiceOrderStateChangeNotification',
    event: { serviceOrder: { ...rest, orderItem } }
  })
  t.match(older, { kind: 'ok', value: { report: { items: [{ id: 'line' }] } } })
  for (const part of [
    { id: '4711', state: 'held' },
    { id: '4711' },
    { externalId: 'e' },
    { id: 4711, serviceOrderItem: [{ id: '1' }] }
  ]) {
    const result = readNotification({ eventType: 'ServiceOrderStateChangeEvent', event: { serviceOrder: part } })
    t.ok(result.kind === 'ok' && result.value.report === undefined && (result.value.serviceOrderId ?? result.value.externalId))
  }
})

t.test('an order without its name, or under resource, is found', async t => {
  t.match(readNotification({ event: order }), { kind: 'ok', value: { serviceOrderId: '4711', report: { id: '4711' } } })
  t.match(readNotification({ resource: order }), { kind: 'ok', value: { serviceOrderId: '4711' } })
  t.match(readNotification({ event: null, resource: { serviceOrder: order } }), { kind: 'ok', value: { serviceOrderId: '4711' } })
})

t.test('the end of a cancellation is told with the order that it is of', async t => {
  const cancelServiceOrder = { id: 'c1', state: 'done', cancellationReason: 'moved', serviceOrder: { id: '4711' } }
  const expected = {
    kind: 'ok',
    value: { change: 'stateChanged', serviceOrderId: '4711', cancellation: { id: 'c1', state: 'done', serviceOrderId: '4711' } }
  }
  const eventType = 'CancelServiceOrderStateChangeEvent'
  t.match(readNotification({ eventType, event: { cancelServiceOrder } }), expected)
  t.match(readNotification({ eventType, event: cancelServiceOrder }), expected)
  t.match(readNotification({ eventType, event: { ...cancelServiceOrder, '@type': 'CancelServiceOrder' } }), expected)
  t.match(readNotification({ eventType, event: { cancelServiceOrder: { id: 'c1', state: 'done' } } }), { kind: 'unreadable' })
})

t.test('what makes no sense is unreadable and changes nothing', async t => {
  const nonsense: readonly [unknown, string][] = [
    [undefined, 'invalidAnswer'],
    [null, 'invalidAnswer'],
    ['x', 'invalidAnswer'],
    [[], 'invalidAnswer'],
    [{}, 'invalidAnswer'],
    [{ event: 7 }, 'invalidAnswer'],
    [{ event: {} }, 'invalidAnswer'],
    [{ event: { serviceOrder: { state: 'held' } } }, 'invalidAnswer'],
    [{ event: { serviceOrder: { id: '..' } } }, 'invalidAnswer'],
    [{ event: { serviceOrder: { '@type': 'Customer', id: '1' } } }, 'wrongType'],
    [JSON.parse(`{"event":${'['.repeat(100)}${']'.repeat(100)}}`), 'tooDeep']
  ]
  for (const [body, code] of nonsense) t.match(readNotification(body), { kind: 'unreadable', code, isOutcomeUnknown: false })
})

t.test('whatever is sent, nothing is thrown', async () => {
  const key = fc.constantFrom(
    'event',
    'serviceOrder',
    'cancelServiceOrder',
    'eventType',
    'id',
    'state',
    '@type',
    'serviceOrderItem'
  )
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.dictionary(key, tie('tree')),
      fc.array(tie('tree'), { maxLength: 2 })
    )
  }))
  fc.assert(
    fc.property(tree, fc.string(), (body, name) => {
      const result = readNotification(body, name)
      return result.kind === 'ok' ? Boolean(result.value.serviceOrderId ?? result.value.externalId) : result.kind === 'unreadable'
    }),
    { numRuns: 500 }
  )
})
