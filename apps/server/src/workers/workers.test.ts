import { setImmediate as turn } from 'node:timers/promises'
import type { BreakerKey, ClaimedDelivery } from '@crm-lite/domain'
import { type Breaker, closedBreaker, createSubscription, type EventSubscription } from '@crm-lite/domain'
import { MemoryDeliveryQueue, MemoryStore } from '@crm-lite/domain/testing'
import t from 'tap'
import { BreakerBook } from './breaker-book.ts'
import { Claims } from './claims.ts'
import { DeliveryMetrics } from './delivery-metrics.ts'
import { defaultDeliveryLimits } from './delivery-options.ts'
import { DeliveryWorker } from './delivery-worker.ts'
import { FanOutRest } from './fan-out-rest.ts'
import { Lanes } from './lanes.ts'
import { Pace } from './pace.ts'
import { Pump } from './pump.ts'
import { purge } from './retention.ts'

const subscription = { id: 's1', host: 'a.example.com:443' } as EventSubscription
const delivery = { id: 'd1', subscription } as ClaimedDelivery

/** Work that ends when it is told to. */
function manualWork() {
  const running = new Map<string, () => void>()
  const run = (item: string) => new Promise<void>(resolve => void running.set(item, resolve))
  const end = async (item: string) => {
    running.get(item)?.()
    running.delete(item)
    await turn()
  }
  return { run, end, running: () => [...running.keys()] }
}

t.test('lanes take turns, and one that is full keeps only itself waiting', async t => {
  const { run, end, running } = manualWork()
  const lanes = new Lanes<string>({ inAll: 4, perLane: 2 }, run)
  for (const item of ['a1', 'a2', 'a3', 'a4', 'a5']) lanes.add('a', item)
  t.same(running(), ['a1', 'a2'])
  for (const item of ['b1', 'b2', 'b3']) lanes.add('b', item)
  t.same(running(), ['a1', 'a2', 'b1', 'b2'])
  t.same([lanes.waiting, lanes.fullerThan(4), lanes.fullerThan(3)], [4, ['a'], ['a', 'b']])
  lanes.add('c', 'c1')
  await end('b1')
  t.same(running(), ['a1', 'a2', 'b2', 'c1'], 'it is the turn of the lane that has waited')
  await end('a1')
  await end('a2')
  t.same(running(), ['b2', 'c1', 'b3', 'a3'])
})

t.test('what waits in lanes can be taken out again, what runs cannot', async t => {
  const { run, end, running } = manualWork()
  const lanes = new Lanes<string>({ inAll: 1, perLane: 1 }, run)
  for (const item of ['a1', 'a2', 'a3', 'b1']) lanes.add(item[0] ?? '', item)
  t.same(
    lanes.withdraw(item => item !== 'a3'),
    ['a2', 'b1']
  )
  await end('a1')
  t.same(running(), ['a3'])
  await end('a3')
  t.same([lanes.waiting, lanes.fullerThan(0)], [0, []], 'an empty lane is forgotten')
})

t.test('a pump does its work while there is some, once more when woken meanwhile, and never twice at a time', async t => {
  let left = 3
  let atOnce = 0
  let most = 0
  let done = 0
  const pump = new Pump({
    pauseAfterFailureMs: 1,
    onFailing: () => t.fail('failed'),
    onRecovered: () => {},
    work: async () => {
      most = Math.max(most, ++atOnce)
      await turn()
      atOnce--
      done++
      return --left > 0
    }
  })
  pump.wake()
  pump.wake()
  await turn()
  pump.wake()
  while (left > 0 || atOnce > 0) await turn()
  await pump.stop()
  t.equal(most, 1)
  t.ok(done >= 3 && done <= 4)
  pump.wake()
  await turn()
  t.ok(done <= 4, 'nothing is done after it was stopped')
})

t.test('a pump goes on after failures, and says once that it fails and once that it does not', async t => {
  const said: string[] = []
  let calls = 0
  const recovered = new Promise<void>(resolve => {
    const pump: Pump = new Pump({
      pauseAfterFailureMs: 1,
      onFailing: error => said.push(String(error)),
      onRecovered: () => {
        said.push('recovered')
        resolve()
      },
      work: async () => {
        if (++calls < 4) throw new Error('no database')
        return false
      }
    })
    pump.wake()
  })
  // The pump's own timers do not keep a process alive.
  const alive = setInterval(() => undefined, 10)
  await recovered
  clearInterval(alive)
  t.same(said, ['Error: no database', 'recovered'])
})

t.test('what keeps its pace is done at once after a pause, and ever less often while it is not worth it', async t => {
  let now = 1_000
  const pace = new Pace({ least: 20, most: 50 }, () => now)
  const waits = () => [pace.take(), pace.take()]
  t.same(waits(), [0, 20])
  now = 1_015
  t.equal(pace.take(), 5)
  now = 1_020
  t.same(waits(), [0, 40])
  now = 1_060
  t.same(waits(), [0, 50])
  now = 1_110
  t.same(waits(), [0, 50], 'never less often than that')
  pace.reset()
  t.same(waits(), [0, 20], 'it was worth it')
  now = 1_170
  t.same(waits(), [0, 20], 'nobody had asked for a while')
})

t.test(
  'more of the log waits while enough is at hand for everyone it is for, but hardly for a subscriber who is slow',
  async t => {
    const sizes: Record<string, number> = { quick: 500, slow: 500, idle: 0 }
    const rest = new FanOutRest(id => sizes[id] ?? 0, 256)
    t.equal(rest.begin([], true), undefined)
    t.equal(rest.begin(['quick', 'idle'], true), undefined, 'one of them has nothing to do')
    t.equal(rest.begin(['quick', 'slow'], false), 150, 'while older ones wait it lasts longer')
    t.ok(rest.isOn)
    t.notOk(rest.mayEndFor('quick'))
    sizes.quick = 256
    t.same(
      ['quick', 'slow', 'idle'].map(id => rest.mayEndFor(id)),
      [true, false, false]
    )
    rest.end()
    t.notOk(rest.isOn)
    t.equal(rest.begin(['slow'], false), 20, 'it was waited for in vain')
    rest.end()
    sizes.quick = 500
    t.equal(rest.begin(['quick', 'slow'], false), 150, 'while older ones wait it lasts longer')
  }
)

t.test('a lease counts from before it was asked for, and is over a little before its end', async t => {
  let now = 1_000
  const claims = new Claims({ queue: { renew: async () => true }, leaseMs: 100, monotonicMs: () => now })
  const claim = claims.add(delivery, 900)
  t.equal(claims.sendBeforeMs(claim), 985)
  t.ok(claims.isOver(claim))
  now = 984
  t.notOk(claims.isOver(claim))
  const emptied = claims.emptied()
  claims.remove(claim)
  await emptied
  t.equal(claims.size, 0)
})

t.test('leases are renewed in time, and one that was lost or is over is not taken up again', async t => {
  const start = performance.now()
  const renewed: string[] = []
  const answers: Record<string, boolean> = { kept: true, lost: false }
  let shift = 0
  const claims = new Claims({
    queue: {
      renew: async ({ id }) => {
        renewed.push(id)
        return answers[id] ?? true
      }
    },
    leaseMs: 100,
    monotonicMs: () => performance.now() - start + shift
  })
  const [kept, lost, late] = ['kept', 'lost', 'late'].map(id => claims.add({ ...delivery, id }, 0))
  if (late) late.leaseEndsMs = Number.NEGATIVE_INFINITY
  const stop = claims.keep()
  while (!renewed.includes('kept') || !renewed.includes('lost')) await turn()
  await turn()
  stop()
  t.ok(kept && kept.leaseEndsMs > 100)
  t.ok(lost && claims.isOver(lost), 'somebody else has it')
  t.notOk(renewed.includes('late'))
  shift = 1_000
  t.ok(kept && claims.isOver(kept))
})

/** Rows that all workers share. */
function breakerRows() {
  const rows = new Map<string, Breaker>()
  const calls = { reads: 0, writes: 0 }
  const queue = {
    breaker: async (key: BreakerKey) => {
      calls.reads++
      return rows.get(JSON.stringify(key)) ?? closedBreaker
    },
    setBreaker: async (key: BreakerKey, next: Breaker) => {
      calls.writes++
      rows.set(JSON.stringify(key), next)
    }
  }
  return { rows, calls, queue }
}

t.test('breakers count every failure, open once, and are looked at once a second while all is well', async t => {
  let now = new Date('2026-03-01T00:00:00Z')
  const { calls, queue } = breakerRows()
  const turns: string[] = []
  const book = new BreakerBook({
    queue,
    clock: { now: () => now },
    monotonicMs: () => 100,
    onTurn: (key, isOpen) => turns.push(`${JSON.stringify(key)} ${isOpen}`)
  })
  await Promise.all(Array.from({ length: 200 }, () => book.settle(subscription, { kind: 'delivered' })))
  t.same(calls, { reads: 2, writes: 0 }, 'one look at each of the two, and nothing to write')

  await Promise.all(Array.from({ length: 7 }, () => book.settle(subscription, { kind: 'refused' })))
  t.same(turns, ['{"subscription":"s1"} true'])
  t.same(book.heldUntil(subscription, 100), new Date('2026-03-01T00:00:30Z'))
  t.equal(book.heldUntil({ ...subscription, id: 's2' }, 100), undefined, 'of the same host')
  t.equal(book.heldUntil(subscription, 101), undefined, 'what was claimed later was let through')

  now = new Date('2026-03-01T00:00:30Z')
  t.equal(book.heldUntil(subscription, 100), undefined, 'a probe may go out')
  await book.settle(subscription, { kind: 'delivered' })
  t.same(turns, ['{"subscription":"s1"} true', '{"subscription":"s1"} false'])
})

t.test('a host that cannot be connected to holds back all its subscriptions', async t => {
  const clock = { now: () => new Date('2026-03-01T00:00:00Z') }
  const book = new BreakerBook({ queue: breakerRows().queue, clock, monotonicMs: () => 100, onTurn: () => {} })
  for (let count = 0; count < 5; count++) await book.settle(subscription, { kind: 'unreachable', reason: 'connection' })
  t.same(book.heldUntil({ ...subscription, id: 's2' }, 100), new Date('2026-03-01T00:00:30Z'))
  t.equal(book.heldUntil({ ...subscription, id: 's2', host: 'b.example.com:443' }, 100), undefined)
})

t.test('metrics tell what stands in the queue when they are asked for, and admit it when they cannot', async t => {
  const metrics = new DeliveryMetrics()
  let isUp = true
  const figures = async () => {
    if (!isUp) throw new Error('no database')
    return { unseenEvents: 3, pending: 5, parked: 7, oldestPendingAgeS: 11 }
  }
  metrics.watch({ figures }, { now: () => new Date() })
  metrics.attempted('delivered')
  metrics.attempted('timeout')
  metrics.deliveredAfter(0.2)
  const text = await metrics.text()
  for (const line of [
    'event_outbox_depth 3',
    'event_deliveries_pending 5',
    'event_deliveries_parked 7',
    'event_oldest_pending_age_seconds 11',
    'event_delivery_attempts_total{outcome="delivered"} 1',
    'event_delivery_attempts_total{outcome="timeout"} 1',
    'event_delivery_latency_seconds_bucket{le="0.25"} 1',
    'event_delivery_latency_seconds_bucket{le="0.1"} 0'
  ])
    t.ok(text.split('\n').includes(line), line)
  isUp = false
  t.match(await metrics.text(), 'event_outbox_depth Nan')
})

t.test('what is too old is removed: answers, then deliveries, then the events that they are of', async t => {
  const removed: string[] = []
  await purge({
    events: { purge: async before => removed.push(`events before ${before.toISOString()}`) },
    deliveries: { purgeDelivered: async before => removed.push(`deliveries before ${before.toISOString()}`) },
    purgeExpired: async () => void removed.push('answers'),
    clock: { now: () => new Date('2026-03-31T12:00:00Z') },
    eventRetentionDays: 30,
    deliveredRetentionHours: 24
  })
  t.same(removed, ['answers', 'deliveries before 2026-03-30T12:00:00.000Z', 'events before 2026-03-01T12:00:00.000Z'])
})

t.test(
  'a receiver that is gone while its subscription cannot be disabled keeps nobody waiting, and is asked again later',
  async t => {
    const clock = { ms: Date.parse('2026-03-01T09:00:00Z'), now: () => new Date(clock.ms) }
    const store = new MemoryStore({ clock })
    const deliveries = new MemoryDeliveryQueue(store, () => clock.ms)
    const context = { tenant: 'default', actor: 'tester', correlationId: 'test' }
    const input = {
      id: 's',
      api: 'TMF629_V4',
      callback: 'https://s.example.com/',
      host: 's.example.com:443',
      sealedSecret: 'sealed'
    }
    await createSubscription({ unitOfWork: store, ids: { next: () => 'mark' }, clock }, input, context)
    await store.run('default', async transaction => {
      const told = { id: 'e', kind: 'created', resource: 'customer', resourceId: 'c', revision: 1, changedPaths: [] } as const
      transaction.publish({ ...told, at: clock.now().toISOString(), actor: 'a', correlationId: 'c', document: '{"id":"c"}' })
    })
    let sent = 0
    let isDown = true
    const worker = new DeliveryWorker({
      queue: deliveries,
      signal: { listen: () => () => {} },
      clock,
      wants: () => true,
      notificationOf: () => ({ body: '{}', secrets: [] }),
      send: async () => {
        sent++
        return { kind: 'gone' }
      },
      disable: async () => {
        if (isDown) throw new Error('no database')
      },
      metrics: new DeliveryMetrics(),
      log: { info: () => {}, warn: () => {} },
      limits: defaultDeliveryLimits,
      monotonicMs: () => clock.ms
    })
    await worker.processAll()
    t.same([sent, (await deliveries.figures(clock.now())).parked], [1, 0])
    isDown = false
    clock.ms += defaultDeliveryLimits.leaseMs
    await worker.processAll()
    t.same([sent, (await deliveries.figures(clock.now())).parked], [2, 1])
  }
)
