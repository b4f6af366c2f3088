import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import t, { type Test } from 'tap'
import {
  answerFaults,
  apiPaths,
  callbackFaults,
  checkFaultPlan,
  createSimulator,
  everyFault,
  faultKinds,
  orderFaults,
  type Simulator,
  type SimulatorOptions
} from '../index.ts'
import { anItem, anItemAfter, anOrder, startSimulator } from '../testing/client.ts'
import { startReceiver } from '../testing/receiver.ts'
import { drawn } from './draw.ts'
import { readFaultHeader } from './fault-header.ts'
import { Faults } from './faults.ts'

/** Nothing should take as long. */
const MOST_MS = 10_000

interface Raw {
  readonly status?: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly bytes: number
  /** The code of what went wrong, if anything did. */
  readonly error?: string
}

async function listening(t: Test, options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = createSimulator({ run: 'test', time: 'manual', ...options })
  t.teardown(() => simulator.close())
  await simulator.listen()
  return simulator
}

/** A request over the network, and whatever comes of it. */
async function ask(url: string, body?: unknown, headers: Record<string, string> = {}, limit = 100_000): Promise<Raw> {
  return new Promise(resolve => {
    const method = body === undefined ? 'GET' : 'POST'
    const sent: ClientRequest = httpRequest(url, {
      method,
      agent: false,
      timeout: MOST_MS,
      headers: { 'content-type': 'application/json', ...headers }
    })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ headers: {}, text: '', bytes: 0, error: error.code ?? error.message })
    )
    sent.on('timeout', () => sent.destroy(new Error('timeout')))
    sent.on('response', answer => {
      let text = ''
      let bytes = 0
      answer.on('data', (part: Buffer) => {
        bytes += part.length
        if (text.length < limit) text += part.toString()
      })
      const end = (error?: string) =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, bytes, ...(error !== undefined && { error }) })
      answer.on('end', () => end())
      answer.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function place(simulator: Simulator, fault: string, externalId: string = fault): Promise<Raw> {
  return ask(`${simulator.url}${apiPaths.v4}/serviceOrder`, anOrder({ externalId }), { 'x-fms-fault': fault })
}

t.test('answers go wrong as they are ordered to, done or not done', async t => {
  const simulator = await listening(t)
  const isDone = (externalId: string) => simulator.orders(externalId).length

  for (const status of [500, 502, 503, 429]) {
    const answer = await place(simulator, `error${status};retryAfterS=7`, `plain ${status}`)
    t.match(answer, { status, headers: { 'retry-after': '7', 'content-type': /json/ } })
    t.equal(isDone(`plain ${status}`), 0)
  }
  await place(simulator, 'error500;commits=true', 'done all the same')
  t.equal(isDone('done all the same'), 1)

  t.match(await place(simulator, 'html'), { status: 200, headers: { 'content-type': /html/ }, text: /^<!DOCTYPE html>/ })
  t.equal(isDone('html'), 0)
  t.match(await place(simulator, 'redirect'), { status: 302, headers: { location: '/elsewhere' } })
  await place(simulator, 'answerLost;commits=true', 'not twice')
  t.equal(isDone('not twice'), 1)
  t.match(await place(simulator, 'connectionReset'), { error: 'ECONNRESET' })
  t.equal(isDone('connectionReset'), 0)
  t.match(await place(simulator, 'answerLost'), { error: 'ECONNRESET' })
  t.equal(isDone('answerLost'), 1)

  t.match(JSON.parse((await place(simulator, 'wrongType')).text), { '@type': 'ProductOrder', id: /^SO/ })
  t.match(JSON.parse((await place(simulator, 'unknownState')).text), { state: 'beamedUp' })
  const nameless = await place(simulator, 'noId')
  t.match(nameless, { status: 201, headers: { location: undefined } })
  t.notOk('id' in JSON.parse(nameless.text))
  for (const fault of ['wrongType', 'unknownState', 'noId']) t.match(simulator.orders(fault), [{ state: 'acknowledged' }])

  const huge = await place(simulator, 'hugeAnswer')
  t.equal(huge.status, 201)
  t.ok(huge.bytes > 20 * 1_048_576)
  const padded = await ask(
    `${simulator.url}${apiPaths.v4}/serviceOrder`,
    undefined,
    { 'x-fms-fault': 'hugeAnswer;bytes=70000' },
    1e6
  )
  t.equal(JSON.parse(padded.text).padding.length, 70_000, 'long, but still JSON')

  const dripped = await place(simulator, 'slowDrip;delayMs=1')
  t.match(JSON.parse(dripped.text), { externalId: 'slowDrip;delayMs=1' })
  t.match(await place(simulator, 'cutOff'), { status: 201, error: 'ECONNRESET' })
  t.equal(isDone('cutOff'), 1)
  t.same(Object.keys(simulator.counts().faults).length, answerFaults.length - 3, 'all but silence and refused connections')
})

t.test('silence is followed by the deed, within the time to settle, or never', async t => {
  const simulator = await listening(t, { settleMs: 2_000, paceMs: 100 })
  t.match(await place(simulator, 'silence;durationMs=10', 'never'), { error: 'ECONNRESET' })
  t.match(await place(simulator, 'silenceThenCommit;durationMs=10;delayMs=1500', 'late'), { error: 'ECONNRESET' })
  for (let count = 0; count < 20; count += 1) await place(simulator, 'silenceThenCommit;durationMs=1', `some time ${count}`)
  t.equal(simulator.orders().length, 0)
  await simulator.advance(1_499)
  t.equal(simulator.orders('late').length, 0)
  const early = simulator.orders().length
  t.ok(early > 0 && early < 20, `${early} of 20 were done before the others`)
  await simulator.advance(500)
  t.equal(simulator.orders('late').length, 1)
  t.equal(simulator.orders().length, 21)
  await simulator.settle()
  t.equal(simulator.orders('never').length, 0)
  t.same(simulator.counts().byState, { completed: 21 })
})

t.test('a cancellation, too, is carried out although nobody was told', async t => {
  const simulator = await listening(t, { paceMs: 100 })
  const { id } = JSON.parse((await place(simulator, '', 'x')).text)
  const body = { serviceOrder: { id } }
  await ask(`${simulator.url}${apiPaths.v4}/cancelServiceOrder`, body, {
    'x-fms-fault': 'silenceThenCommit;durationMs=1;delayMs=50'
  })
  t.match(simulator.orders(), [{ state: 'acknowledged' }])
  await simulator.settle()
  t.match(simulator.orders(), [{ state: 'cancelled' }])
})

t.test('connections are refused for a while, and what was known is still known', async t => {
  const simulator = await listening(t)
  await place(simulator, '', 'before')
  t.match(await place(simulator, 'connectionRefused;durationMs=600000'), { error: 'ECONNRESET' })
  t.match(await place(simulator, '', 'meanwhile'), { error: 'ECONNREFUSED' })
  await simulator.acceptConnections()
  t.match(await place(simulator, '', 'after'), { status: 201 })
  simulator.refuseConnections()
  t.match(await place(simulator, '', 'meanwhile'), { error: 'ECONNREFUSED' })
  await simulator.acceptConnections()
  t.same(simulator.byExternalId(), { before: 1, after: 1 })
  t.match(await ask(`${simulator.url}/admin/refuseConnections`, { durationMs: 1 }), { status: 204 })
  while (!simulator.app.server.listening) await once(simulator.app.server, 'listening')
  t.match(await place(simulator, '', 'later'), { status: 201 })
})

t.test('closing does not wait for those who are met with silence', async t => {
  const simulator = createSimulator()
  const url = await simulator.listen()
  const waiting = place(simulator, 'silence')
  while (simulator.counts().requests['create'] !== 1) await new Promise(setImmediate)
  await simulator.close()
  t.match(await waiting, { error: 'ECONNRESET' })
  t.match(await ask(url), { error: 'ECONNREFUSED' })
})

t.test('orders go wrong on their way', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 10 })
  const outcome = async (fault: string, count = 2): Promise<unknown[]> => {
    const items = Array.from({ length: count }, (_, index) => anItem(String(index + 1)))
    const { body } = await order({ externalId: fault, serviceOrderItem: items }, { 'x-fms-fault': fault })
    await simulator.settle()
    const done = (await send('GET', `serviceOrder/${body.id}`)).body
    return [done.state, ...(done['serviceOrderItem'] as { state: string }[]).map(({ state }) => state)]
  }
  t.same(await outcome('reject'), ['rejected', 'rejected', 'rejected'])
  t.same(await outcome('fail'), ['failed', 'failed', 'failed'])
  t.same(await outcome('partial'), ['partial', 'completed', 'failed'])
  t.same(await outcome('partial', 1), ['partial', 'partial'])
  t.same(await outcome('partial;items=1'), ['partial', 'failed', 'completed'])
  t.same(await outcome('outOfStock'), ['partial', 'failed', 'completed'])
  t.same(await outcome('cancelledByFms'), ['cancelled', 'cancelled', 'cancelled'])
  t.same(await outcome('stuck'), ['inProgress', 'inProgress', 'inProgress'])
  t.same(await outcome('deviceMissing', 1), ['completed', 'completed'])
  t.same(
    simulator.orders('deviceMissing').map(each => JSON.stringify(each).includes('serialNumber')),
    [false]
  )
  t.match(simulator.orders('reject'), [{ errorMessage: [{ code: 'rejected' }] }])
  t.match(simulator.orders('outOfStock'), [{ errorMessage: [{ code: 'outOfStock', serviceOrderItem: [{ itemId: '1' }] }] }])
  t.equal((await send('POST', '/admin/nudge')).body['nudged'], 1)
  await simulator.settle()
  t.match(simulator.orders('stuck'), [{ state: 'completed' }])
  const inUse = simulator.devices().filter(({ serviceId }) => serviceId !== undefined).length
  const active = simulator
    .orders()
    .flatMap(each => each['serviceOrderItem'] as { state: string }[])
    .filter(({ state }) => state === 'completed')
  t.equal(inUse, active.length, 'what failed keeps no device')
})

t.test('an order is held, asks for information, and goes back a state', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 10 })
  const receiver = await startReceiver(t)
  await send('POST', 'hub', { callback: receiver.url, query: 'eventType=ServiceOrderStateChangeEvent' })
  const states = async (fault: string): Promise<unknown[]> => {
    receiver.received.length = 0
    await order({ externalId: fault, serviceOrderItem: [anItem('1'), anItemAfter('2', '1')] }, { 'x-fms-fault': fault })
    await simulator.settle()
    return receiver.received.map(({ body }) => body?.event['serviceOrder']?.['state'])
  }
  t.same(await states('hold'), ['inProgress', 'held', 'inProgress', 'inProgress', 'completed'])
  t.same(await states('pending;durationMs=5'), ['inProgress', 'pending', 'inProgress', 'inProgress', 'completed'])
  t.same(await states('goBack'), ['inProgress', 'acknowledged', 'inProgress', 'inProgress', 'completed'])
})

t.test('callbacks get lost, come twice, late, out of order, garbled, or about nobody', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 100 })
  const receiver = await startReceiver(t)
  await send('POST', 'hub', { callback: receiver.url })
  const told = async (fault: string): Promise<string[]> => {
    receiver.received.length = 0
    const externalId = `${fault}!`
    await order({ externalId }, { 'x-fms-fault': fault })
    await simulator.settle()
    return receiver.received.map(({ body }) => {
      const about = body?.event['serviceOrder']
      return body
        ? `${body.eventType.replace(/^ServiceOrder|Event$/g, '')} ${about?.['externalId'] === externalId ? about['state'] : 'of nobody'}`
        : 'garbled'
    })
  }
  const all = await told('')
  t.equal(all.length, 7)
  const [created = '', ...rest] = all
  t.same(await told('lostCallback'), [])
  t.same(await told('lostCallback;times=1'), rest)
  t.same(await told('doubledCallback;times=1'), [created, ...all])
  t.same(await told('garbledCallback;times=1'), ['garbled', ...rest])
  t.same(await told('strayCallback;times=1'), [created, 'Create of nobody', ...rest])
  t.same(await told('delayedCallback;times=1;delayMs=1000'), [...rest, created], 'after all others')
  t.same(await told('delayedCallback;times=1;delayMs=150'), [...rest.slice(0, 2), created, ...rest.slice(2)])
  t.same(await told('reorderedCallback;times=1'), [rest[0], created, ...rest.slice(1)])
  const reordered = await told('reorderedCallback')
  t.same([...reordered].sort(), [...all].sort(), 'none is lost')
  t.match(simulator.counts().callbacks, { givenUp: 0, waiting: 0 })
})

t.test('a plan is kept to by seed, whatever the order of requests', async t => {
  const externalIds = Array.from({ length: 400 }, (_, index) => `order:${index}:1`)
  const drawAll = (seed: number, ids: readonly string[]): unknown => {
    const faults = new Faults(everyFault(0.3, seed))
    const kinds = ids.map(
      about => [about, faults.ofAnswer({ operation: 'create', about })?.fault, faults.ofOrder({ about })?.fault] as const
    )
    return [...kinds].sort(([one], [other]) => (one < other ? -1 : 1))
  }
  t.same(drawAll(1, externalIds), drawAll(1, [...externalIds].reverse()))
  t.notSame(drawAll(1, externalIds), drawAll(2, externalIds))

  const faults = new Faults(everyFault(0.3, 5))
  let count = 0
  for (let index = 0; index < 10_000; index += 1) if (faults.ofOrder({ about: `o:${index}` })) count += 1
  t.ok(count > 2_800 && count < 3_200, `${count} of 10,000 with a rate of 0.3`)
  t.equal(Object.keys(faults.happened).length, orderFaults.length)
  const again = new Set(Array.from({ length: 50 }, () => faults.ofAnswer({ operation: 'get', about: 'same' })?.fault))
  t.ok(again.size > 1, 'the same request does not always fare the same')
  const numbers = Array.from({ length: 1_000 }, (_, index) => drawn(3, `order:${index}:1`))
  t.ok(numbers.every(number => number >= 0 && number < 1) && new Set(numbers).size > 990)
})

t.test('a rule says whom it is for, how often, and from when on', async t => {
  const happened = (rule: Record<string, unknown>, abouts: readonly string[]): boolean[] => {
    const faults = new Faults(checkFaultPlan({ rules: [{ fault: 'error500', ...rule }] }))
    return abouts.map(about => faults.ofAnswer({ operation: 'create', about }) !== undefined)
  }
  const orders = ['a:1:1', 'a:2:1', 'b:1:1', 'a:3:2']
  t.same(happened({}, orders), [true, true, true, true])
  t.same(happened({ rate: 0 }, orders), [false, false, false, false])
  t.same(happened({ externalId: 'a:*' }, orders), [true, true, false, true])
  t.same(happened({ externalId: '*:1' }, orders), [true, true, true, false])
  t.same(happened({ externalId: 'a*:*1' }, orders), [true, true, false, false])
  t.same(happened({ externalId: 'b:1:1' }, orders), [false, false, true, false])
  t.same(happened({ times: 2 }, orders), [true, true, false, false])
  t.same(happened({ skip: 2, times: 1 }, orders), [false, false, true, false])
  t.same(happened({ on: ['get'] }, orders), [false, false, false, false])
  const faults = new Faults({ rules: [{ fault: 'answerLost' }] })
  t.notOk(faults.ofAnswer({ operation: 'get', about: 'x' }), 'nothing is done by reading')
  t.equal(
    faults.ofAnswer({ operation: 'get', about: 'x', own: [{ fault: 'html' }] })?.fault,
    'html',
    'what is ordered comes first'
  )
})

t.test('plans and headers that say something unknown are refused', async t => {
  for (const wrong of [{}, { rules: [{ fault: 'rain' }] }, { rules: [{ fault: 'html', rate: 2 }] }, { rules: [], more: 1 }])
    t.throws(() => checkFaultPlan(wrong), { name: 'Mistake', message: /^\// })
  t.same(readFaultHeader('answerLost, delayedCallback;delayMs=5;times=1 ,html;commits=true'), [
    { fault: 'answerLost' },
    { fault: 'delayedCallback', delayMs: 5, times: 1 },
    { fault: 'html', commits: true }
  ])
  t.same(readFaultHeader('partial;items=1 2'), [{ fault: 'partial', items: ['1', '2'] }])
  t.same(readFaultHeader(undefined), [])
  t.throws(() => readFaultHeader('answerLost;colour=red'), { name: 'Mistake' })
  const { send, order } = startSimulator(t)
  t.equal((await order({}, { 'x-fms-fault': 'rain' })).status, 400)
  t.equal((await send('PUT', '/admin/plan', { rules: [{ fault: 'rain' }] })).status, 400)
  t.equal((await send('POST', '/admin/fault', { fault: 'reject' })).status, 200)
  t.same((await send('GET', '/admin/plan')).body, { rules: [{ fault: 'reject' }] })
  t.equal(((await send('PUT', '/admin/plan/every', { rate: 0.3, seed: 4 })).body['rules'] as unknown[]).length, faultKinds.length)
  t.same((await send('DELETE', '/admin/plan')).body, { seed: 4, rules: [] })
  t.same((await send('GET', '/admin/faultKind')).list, faultKinds)
})

t.test('with everything going wrong at times every kind happens, and every order comes to an end or stands still', async t => {
  const simulator = await listening(t, { paceMs: 10, settleMs: 100, plan: everyFault(0.5, 11) })
  const receiver = await startReceiver(t)
  await ask(`${simulator.url}${apiPaths.v4}/hub`, { callback: receiver.url })
  const kinds = () => Object.keys(simulator.counts().faults)
  // Those that keep us waiting are tried above.
  const plan = simulator.plan
  const quick = plan.rules.map(rule => ({ ...rule, durationMs: 1, bytes: 10, ...(rule.fault === 'slowDrip' && { delayMs: 0 }) }))
  simulator.plan = { ...plan, rules: quick.filter(({ fault }) => fault !== 'connectionRefused') }
  for (let count = 0; count < 400; count += 1) await place(simulator, '', `order:${count}:1`)
  await simulator.settle()
  t.same(
    [...answerFaults, ...orderFaults, ...callbackFaults].filter(kind => !kinds().includes(kind)),
    ['connectionRefused']
  )
  t.same(simulator.counts().duplicates, {})
  const { completed = 0, inProgress: stuck = 0, ...others } = simulator.counts().byState
  t.ok(completed > 100 && stuck > 0, JSON.stringify({ completed, stuck, ...others }))
  t.same(Object.keys(others).sort(), ['cancelled', 'failed', 'partial', 'rejected'])
  simulator.nudgeAll()
  await simulator.settle()
  t.notOk('inProgress' in simulator.counts().byState)
})

t.test('in real time orders go on by themselves, at once when there is no pace', async t => {
  const simulator = createSimulator({ paceMs: 0 })
  t.teardown(() => simulator.close())
  const url = await simulator.listen()
  const receiver = await startReceiver(t)
  await ask(`${url}${apiPaths.v4}/hub`, { callback: receiver.url, query: 'eventType=ServiceOrderStateChangeEvent' })
  for (let count = 0; count < 100; count += 1) void place(simulator, '', `o:${count}`)
  const since = Date.now()
  while (simulator.counts().callbacks['delivered'] !== 200 && Date.now() - since < MOST_MS) await new Promise(setImmediate)
  t.same(simulator.counts().byState, { completed: 100 })
  t.equal(receiver.received.length, 200)
})
