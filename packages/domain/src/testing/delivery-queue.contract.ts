import type * as FastCheck from 'fast-check'
import type { ClaimedDelivery } from '../ports/delivery-queue.ts'
import type { TestRunner } from './contract.ts'
import { DeliveryWorld, type QueueUnderTest, subscriptionOf } from './delivery-world.ts'
import { generatedDeliveries } from './generated-deliveries.ts'

export interface DeliveryContractOptions {
  readonly fc: typeof FastCheck
  /** Of the queue, for people. */
  readonly name: string
  /** An empty one, which takes the time from the clock. */
  readonly makeQueue: (clock: { now(): Date }) => Promise<QueueUnderTest>
  /** How often each generated test is run. */
  readonly runs: number
}

const START_MS = Date.parse('2026-03-01T09:00:00Z')

/** What every queue of deliveries must do. */
export async function deliveryQueueContract(t: TestRunner, options: DeliveryContractOptions): Promise<void> {
  const behaviour = async (sentence: string, body: (t: TestRunner, world: DeliveryWorld) => Promise<void>) => {
    await t.test(`${options.name}: ${sentence}`, async t => {
      const clock = { ms: START_MS }
      const under = await options.makeQueue({ now: () => new Date(clock.ms) })
      try {
        await body(t, new DeliveryWorld(under, clock))
      } finally {
        await under.close()
      }
    })
  }
  await behaviour('a subscription gets what is committed after it, each event once', startsBehindItself)
  await behaviour('where nobody has subscribed events are passed by, and no more of them than were there', passesBy)
  await behaviour('who wants an event is asked, and nobody of another tenant', asksWhoWants)
  await behaviour('several that fan out at once make each delivery once', fansOutOnce)
  await behaviour('events of one resource are claimed one after the other, those of others meanwhile', keepsOrder)
  await behaviour('who makes deliveries of events may take them at once, up to a limit', takesAtOnce)
  await behaviour('what was taken at once is tried again, parked and given back like everything else', endsWhatWasTaken)
  await behaviour('what was taken at once and was not heard of since is claimed by others', losesWhatWasTaken)
  await behaviour('what was taken at once is counted, kept in the log, and can be parked and dropped', knowsWhatWasTaken)
  await behaviour('nothing is taken at once that could not be claimed', takesNothingHeld)
  await behaviour("a claim is nobody else's until its lease is over, and then its token is worth nothing", leases)
  await behaviour('a claim can be kept for longer, and given back without an attempt', renewsAndGivesBack)
  await behaviour('what is tried again waits for its time, and what comes behind it waits too', retries)
  await behaviour('what is parked is shown, lets the next one go, and is released on demand', parksAndReleases)
  await behaviour('everything of a subscription can be parked, but what arrives all the same is delivered', parksAll)
  await behaviour('stored events are replayed behind what still waits', replays)
  await behaviour('nothing is claimed of a paused subscription, nothing is added to a disabled one', pausesAndDisables)
  await behaviour('a breaker that is open lets one probe through, and when it closes all is due', breaks)
  await behaviour('a probe is sent before its time when nothing else waits, and does not count when it fails', probesEarly)
  await behaviour('the breaker of a host holds back everyone who is called there', breaksHost)
  await behaviour('a removed subscription leaves nothing behind', drops)
  await behaviour('a long backlog of one subscription does not keep others waiting', isFair)
  await behaviour('it knows when something is due next, and how much there is', tellsFigures)
  await behaviour('events are kept while somebody still has to hear of them', keepsWhatIsNeeded)
  await t.test(`${options.name}: generated sequences of everything that can happen`, t => generatedDeliveries(t, options))
}

async function passesBy(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.publish(['a', 'b', 'c'])
  await world.fanOut(() => true, 2)
  t.equal((await world.queue.fanOut(() => true, 2)).seen, 0, 'and that is the end of it')
  const looking = world.queue.fanOut(() => true, 2)
  await Promise.all([looking, world.subscribe('first'), world.publish(['d'])])
  const [after] = await world.publish(['e'])
  await world.fanOut(() => true, 2)
  t.ok(ids(await world.claim()).includes(after!))
}

const ids = (deliveries: readonly ClaimedDelivery[]) => deliveries.map(({ event }) => event.id).sort()

async function startsBehindItself(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.publish(['before'])
  await world.subscribe('first')
  const [between] = await world.publish(['a'])
  await world.subscribe('second')
  const [after] = await world.publish(['b'])
  t.equal(await world.fanOut(() => true, 2), 5, 'the marks of the subscriptions are looked at, too')
  const claimed = await world.claim()
  const of = (id: string) => ids(claimed.filter(({ subscription }) => subscription.id === id))
  t.same(of('first'), [between, after])
  t.same(of('second'), [after])
  t.equal((await world.queue.fanOut(() => true, 100)).seen, 0)
  const [one] = claimed
  t.equal(one?.subscription.callback, `https://${one?.subscription.host}/listener`)
  t.same([one?.tenant, one?.event.tenant, one?.event.resource, one?.attempts], ['default', 'default', 'customer', 0])
}

async function asksWhoWants(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('ours')
  await world.subscribe('theirs', { tenant: 'other' })
  const [wanted] = await world.publish(['wanted'])
  await world.publish(['unwanted'])
  const [foreign] = await world.publish(['wanted'], 'other')
  await world.fanOut((_subscription, event) => event.resourceId === 'wanted')
  const claimed = await world.claim()
  t.same(
    claimed.map(({ subscription, event, tenant }) => `${tenant} ${subscription.id} ${event.id}`).sort(),
    [`default ours ${wanted}`, `other theirs ${foreign}`].sort()
  )
}

async function fansOutOnce(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('a')
  await world.subscribe('b')
  const published: string[] = []
  await Promise.all([
    ...Array.from({ length: 10 }, async (_, n) => published.push(...(await world.publish([`${n % 3}`, `${n % 4}`])))),
    ...Array.from({ length: 5 }, () => world.queue.fanOut(() => true, 7))
  ])
  await Promise.all([1, 2, 3].map(() => world.fanOut(() => true, 3)))
  const delivered = await world.deliverAll()
  t.same(delivered.sort(), [...published, ...published].sort())
}

async function keepsOrder(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  const [a1, b1] = await world.publish(['a', 'b'])
  const [a2, a3] = await world.publish(['a', 'a'])
  await world.fanOut(() => true, 2)
  const claimed = await world.claim()
  t.same(ids(claimed), [a1, b1])
  t.same(await world.claim(), [])
  for (const delivery of claimed) t.equal(await world.queue.delivered(delivery, world.now), true)
  const second = await world.claim()
  t.same(ids(second), [a2])
  await world.queue.park(second[0]!, world.failure())
  const [a4] = await world.publish(['a'])
  await world.fanOut()
  t.same(await world.deliverAll(), [a3, a4], 'what was parked is not waited for')
}

async function takesAtOnce(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.fanOut()
  const [a1, _a2, b1, c1] = await world.publish(['a', 'a', 'b', 'c'])
  const { seen, isMore, claimed, unclaimed } = await world.fanOutAndTake({ limit: 2 })
  t.same([ids(claimed), unclaimed], [[a1, b1], []], 'the first of each line')
  t.same([seen, isMore], [3, true], 'no more is made than is taken')
  await world.fanOut()
  const [first] = claimed
  t.same([first?.attempts, first?.tenant, first?.subscription.callback], [0, 'default', 'https://s.example.com:443/listener'])
  t.same(ids(await world.claim()), [c1], "what was taken is nobody else's")
  t.equal(await world.queue.renew(first!, 60_000), true)
  for (const delivery of claimed) t.equal(await world.queue.delivered(delivery, world.now), true)
  t.equal(await world.queue.delivered(first!, world.now), false)
  const again = await world.claim()
  t.equal(again.length, 1, 'the next of its line')
  const [d1] = await world.publish(['d'])
  const lost = await world.fanOutAndTake({ limit: 10, leaseMs: 0 })
  t.same(ids(lost.claimed), [d1])
  const [found] = await world.claim()
  t.equal(found?.event.id, d1)
  t.ok(found!.fencingToken > lost.claimed[0]!.fencingToken)
  t.equal(await world.queue.delivered(lost.claimed[0]!, world.now), false, 'its lease was over')
}

async function endsWhatWasTaken(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.fanOut()
  const [a1, a2, b1, b2, c1] = await world.publish(['a', 'a', 'b', 'b', 'c'])
  const { claimed } = await world.fanOutAndTake()
  const taken = (id: string | undefined) => claimed.find(({ event }) => event.id === id)!
  t.same(ids(claimed), [a1, b1, c1])
  const [a3, b3] = await world.publish(['a', 'b'])
  await world.fanOut()
  t.same(await world.claim(), [], 'what comes later waits behind what was taken')
  t.equal(await world.queue.retry(taken(a1), world.later(60), world.failure()), true)
  t.equal(await world.queue.park(taken(b1), world.failure('timeout')), true)
  t.equal(await world.queue.giveBack(taken(c1), world.later(30)), true)
  for (const each of claimed) t.equal(await world.queue.delivered(each, world.now), false, 'it has ended')
  t.same(await world.deliverAll(), [b2, b3], 'what is parked is not waited for')
  const [parked] = await world.queue.parked('default', 's', { limit: 10, offset: 0 })
  t.same([parked?.eventId, parked?.attempts, parked?.failureCode], [b1, 1, 'timeout'])
  world.pass(30)
  const given = await world.claimOne()
  t.same([given.event.id, given.attempts], [c1, 0], 'giving back is no attempt')
  world.pass(30)
  const again = await world.claimOne()
  t.same([again.event.id, again.attempts], [a1, 1])
  for (const each of [given, again]) t.equal(await world.queue.delivered(each, world.now), true)
  t.same(await world.deliverAll(), [a2, a3])
  t.same(await world.counts(), { pending: 0, parked: 1 })
  t.equal(await world.queue.repair(world.now), 0)
}

async function losesWhatWasTaken(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.fanOut()
  const [a1, a2, b1] = await world.publish(['a', 'a', 'b'])
  const { claimed } = await world.fanOutAndTake({ leaseMs: 0 })
  const taken = (id: string | undefined) => claimed.find(({ event }) => event.id === id)!
  t.equal(await world.queue.delivered(taken(b1), world.now), true, 'nobody else has it yet')
  const again = await world.claim({ limit: 1 })
  t.same(ids(again), [a1])
  t.equal(await world.queue.renew(taken(a1), 60_000), false)
  t.equal(await world.queue.delivered(taken(a1), world.now), false)
  t.equal(await world.queue.delivered(again[0]!, world.now), true)
  t.same(await world.deliverAll(), [a2])
  const [c1] = await world.publish(['c'])
  const kept = await world.fanOutAndTake({ leaseMs: 0 })
  t.equal(await world.queue.renew(kept.claimed[0]!, 60_000), true)
  t.same([ids(kept.claimed), await world.claim()], [[c1], []], 'a lease can be kept')
}

async function knowsWhatWasTaken(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.subscribe('other')
  await world.fanOut()
  const [a1] = await world.publish(['a', 'b', 'c'])
  const { claimed } = await world.fanOutAndTake()
  const [ours, alsoOurs] = claimed.filter(({ subscription }) => subscription.id === 's')
  world.pass(3_600)
  t.same(await world.queue.figures(world.now), { unseenEvents: 0, pending: 6, parked: 0, oldestPendingAgeS: 3_600 })
  await world.publish(['new'])
  await world.fanOut(() => false)
  await world.under.events.purge(world.now)
  const kept = (await world.under.events.read('default', { limit: 20 })).events.map(({ id }) => id)
  t.ok(kept.includes(a1!), 'who has it may have to tell of it again')
  t.equal(await world.queue.parkAll('default', 's', world.failure('gone')), 3)
  t.equal(await world.queue.renew(ours!, 60_000), false)
  t.equal(await world.queue.delivered(ours!, world.now), true, 'it had been sent')
  t.equal(await world.queue.retry(alsoOurs!, world.now, world.failure()), false)
  t.same(await world.counts(), { pending: 3, parked: 2 })
  await world.unsubscribe('other')
  const theirs = claimed.filter(({ subscription }) => subscription.id === 'other')
  for (const delivery of theirs) t.equal(await world.queue.delivered(delivery, world.now), false)
  t.same(await world.counts(), { pending: 0, parked: 2 })
}

async function takesNothingHeld(t: TestRunner, world: DeliveryWorld): Promise<void> {
  for (const id of ['free', 'paused', 'held', 'unreachable', 'full']) await world.subscribe(id)
  await world.fanOut()
  await world.become('paused', 'paused')
  const open = { state: 'open', failures: 5, openUntil: world.later(30) } as const
  await world.queue.setBreaker({ subscription: 'held' }, open, world.now)
  await world.queue.setBreaker({ host: 'unreachable.example.com:443' }, open, world.now)
  await world.publish(['a'])
  const { claimed } = await world.fanOutAndTake({ limit: 10, except: ['full'] })
  t.same(
    claimed.map(({ subscription }) => subscription.id),
    ['free']
  )
  t.same(await world.counts(), { pending: 5, parked: 0 })
}

async function leases(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.publish(['a'])
  await world.fanOut()
  const lost = await world.claimOne({ leaseMs: 0 })
  const [again, ...others] = (await Promise.all([1, 2, 3].map(() => world.claim()))).flat()
  t.equal(others.length, 0, 'one of several gets it')
  t.ok(again!.fencingToken > lost.fencingToken)
  t.same(await world.claim(), [])
  t.equal(await world.queue.delivered(lost, world.now), false)
  t.equal(await world.queue.retry(lost, world.now, world.failure()), false)
  t.equal(await world.queue.park(lost, world.failure()), false)
  t.equal(await world.queue.giveBack(lost, world.now), false)
  t.equal(await world.queue.renew(lost, 1_000), false)
  t.equal(await world.queue.delivered(again!, world.now), true)
  t.equal(await world.queue.delivered(again!, world.now), false, 'it is over')
  t.same(await world.counts(), { pending: 0, parked: 0 })
}

async function renewsAndGivesBack(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.publish(['a'])
  await world.fanOut()
  const claimed = await world.claimOne({ leaseMs: 0 })
  t.equal(await world.queue.renew(claimed, 60_000), true)
  t.same(await world.claim(), [])
  t.equal(await world.queue.giveBack(claimed, world.later(10)), true)
  t.equal(await world.queue.delivered(claimed, world.now), false, 'who has given it back has nothing to say')
  t.same(await world.claim(), [])
  world.pass(10)
  t.equal((await world.claimOne()).attempts, 0)
}

async function retries(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  const [first, second] = await world.publish(['a', 'a'])
  await world.fanOut()
  const claimed = await world.claimOne()
  t.equal(await world.queue.retry(claimed, world.later(300), world.failure()), true)
  t.same(await world.claim(), [])
  world.pass(299)
  t.same(await world.claim(), [])
  world.pass(1)
  const again = await world.claimOne()
  t.same([again.event.id, again.attempts], [first, 1])
  await world.queue.delivered(again, world.now)
  t.same(await world.deliverAll(), [second])
}

async function parksAndReleases(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.subscribe('other')
  const published = await world.publish(['a', 'a', 'b'])
  await world.fanOut(({ id }) => id === 's')
  for (let left = 3; left > 0; left--) await world.queue.park(await world.claimOne({ limit: 1 }), world.failure('timeout'))
  const page = { limit: 10, offset: 0 }
  const parked = await world.queue.parked('default', 's', page)
  t.same(parked.map(({ eventId }) => eventId).sort(), [...published].sort())
  const { id: _id, ...shown } = parked.find(({ eventId }) => eventId === published[0])!
  t.same(shown, {
    eventId: published[0],
    resource: 'customer',
    resourceId: 'a',
    attempts: 1,
    failureCode: 'timeout',
    parkedAt: world.now.toISOString()
  })
  t.equal((await world.queue.parked('default', 's', { limit: 2, offset: 2 })).length, 1)
  t.same(await world.queue.parked('default', 'other', page), [])
  const [live] = await world.publish(['a'])
  await world.fanOut(({ id }) => id === 's')
  const current = await world.claimOne()
  t.equal(await world.queue.release('default', 's', [parked[0]!.id, 'unknown', '999'], world.now), 1)
  const released = await world.claimOne()
  t.same([released.event.id, released.attempts], [parked[0]!.eventId, 0], 'not behind what is under way, and anew')
  await world.queue.delivered(current, world.now)
  await world.queue.delivered(released, world.now)
  t.equal(current.event.id, live)
  t.equal(await world.queue.release('default', 'other', undefined, world.now), 0)
  t.equal(await world.queue.release('default', 's', undefined, world.now), 2)
  t.equal((await world.deliverAll()).length, 2)
  t.same(await world.counts(), { pending: 0, parked: 0 })
}

async function parksAll(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.subscribe('other')
  await world.publish(['a', 'a', 'b'])
  await world.fanOut()
  const claimed = await world.claim()
  const [ours, alsoOurs] = claimed.filter(({ subscription }) => subscription.id === 's')
  await world.become('s', 'disabled')
  t.equal(await world.queue.parkAll('default', 's', world.failure('gone')), 3)
  t.equal(await world.queue.delivered(ours!, world.now), true)
  t.equal(await world.queue.retry(alsoOurs!, world.now, world.failure()), false)
  t.equal((await world.queue.parked('default', 's', { limit: 10, offset: 0 })).length, 2)
  t.same(await world.counts(), { pending: 3, parked: 2 })
  t.equal(await world.queue.parkAll('default', 'unknown', world.failure()), 0)
}

async function replays(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.subscribe('other')
  const [first] = await world.publish(['a'])
  world.pass(60)
  const from = world.now.toISOString()
  const [second, other] = await world.publish(['a', 'b'])
  world.pass(60)
  const to = world.now.toISOString()
  const [third] = await world.publish(['a'])
  await world.fanOut(({ id }) => id === 's')
  const count = await world.queue.replay(subscriptionOf('default', 's'), { from, to }, () => true, world.now)
  t.equal(count, 2)
  const delivered = await world.deliverAll()
  const ofA = delivered.filter(id => id !== other)
  t.same(ofA, [first, second, third, second])
  t.equal(delivered.filter(id => id === other).length, 2)
  const only = await world.queue.replay(subscriptionOf('default', 'other'), { from, to }, event => event.id === other, world.now)
  t.equal(only, 1)
  t.same(await world.deliverAll(), [other])
  t.equal(await world.queue.replay(subscriptionOf('foreign', 's'), { from, to }, () => true, world.now), 0)
}

async function pausesAndDisables(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  const [before] = await world.publish(['a'])
  await world.fanOut()
  await world.become('s', 'paused')
  const [paused] = await world.publish(['b'])
  await world.fanOut()
  t.same(await world.claim(), [])
  t.equal(await world.queue.nextDueAt(), undefined)
  await world.become('s', 'disabled')
  await world.publish(['c'])
  await world.fanOut()
  t.same(await world.claim(), [])
  await world.become('s', 'active')
  t.same((await world.deliverAll()).sort(), [before, paused].sort())
}

async function breaks(t: TestRunner, world: DeliveryWorld): Promise<void> {
  const key = { subscription: 's' }
  await world.subscribe('s')
  await world.subscribe('other')
  await world.publish(['a', 'b', 'c'])
  await world.fanOut()
  t.same(await world.queue.breaker(key), { state: 'closed', failures: 0 })
  const failed = await world.claimOne({ limit: 1, except: ['other'] })
  await world.queue.retry(failed, world.later(3_600), world.failure())
  await world.queue.setBreaker(key, { state: 'open', failures: 5, openUntil: world.later(30) }, world.now)
  t.same(await world.queue.breaker(key), { state: 'open', failures: 5, openUntil: world.later(30) })
  t.same(new Set((await world.claim()).map(({ subscription }) => subscription.id)), new Set(['other']))
  t.same(await world.queue.nextDueAt(), world.later(30))
  world.pass(30)
  const probes = (await Promise.all([1, 2, 3].map(() => world.claim({ except: ['other'] })))).flat()
  t.equal(probes.length, 1, 'one probe, whoever asks')
  t.same(await world.queue.breaker(key), { state: 'halfOpen', failures: 5, openUntil: world.later(30) })
  world.pass(29)
  t.same(await world.claim(), [])
  world.pass(1)
  t.equal((await world.claim()).length, 1, 'nothing was heard of the probe: another one')
  await world.queue.delivered(probes[0]!, world.now)
  await world.queue.setBreaker(key, { state: 'closed', failures: 0 }, world.now)
  t.same(await world.queue.breaker(key), { state: 'closed', failures: 0 })
  const rest = await world.claim()
  t.ok(
    rest.some(({ event, attempts }) => event.id === failed.event.id && attempts === 1),
    'what waited for its time is due'
  )
}

async function probesEarly(t: TestRunner, world: DeliveryWorld): Promise<void> {
  const key = { subscription: 's' }
  await world.subscribe('s')
  await world.publish(['a'])
  await world.fanOut()
  await world.queue.retry(await world.claimOne(), world.later(3_600), world.failure())
  await world.queue.setBreaker(key, { state: 'open', failures: 5, openUntil: world.later(30) }, world.now)
  for (const end of ['retry', 'giveBack', 'park'] as const) {
    world.pass(30)
    const probe = await world.claimOne()
    t.same([probe.isEarly, probe.attempts], [true, 1])
    const mark = {
      retry: () => world.queue.retry(probe, world.later(7_200), world.failure()),
      giveBack: () => world.queue.giveBack(probe, world.later(7_200)),
      park: () => world.queue.park(probe, world.failure())
    }
    t.equal(await mark[end](), true)
    t.same(await world.claim(), [])
  }
  world.pass(3_600 - 90)
  const due = await world.claimOne()
  t.same([due.isEarly, due.attempts], [undefined, 1], 'at its time it is no probe before its time')
  await world.queue.delivered(due, world.now)
  t.same(await world.counts(), { pending: 0, parked: 0 })
}

async function breaksHost(t: TestRunner, world: DeliveryWorld): Promise<void> {
  const host = 'shared.example.com:443'
  await world.subscribe('one', { host })
  await world.subscribe('two', { host })
  await world.subscribe('elsewhere')
  await world.publish(['a'])
  await world.fanOut()
  await world.queue.setBreaker({ host }, { state: 'open', failures: 5, openUntil: world.later(30) }, world.now)
  t.same(
    (await world.claim()).map(({ subscription }) => subscription.id),
    ['elsewhere']
  )
  world.pass(30)
  const probes = await world.claim()
  t.equal(probes.length, 1, 'one for the host')
  await world.queue.setBreaker({ host }, { state: 'closed', failures: 0 }, world.now)
  await world.queue.delivered(probes[0]!, world.now)
  t.equal((await world.claim()).length, 1)
}

async function drops(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  await world.subscribe('stays')
  await world.publish(['a', 'a', 'b'])
  await world.fanOut()
  const parked = (await world.claim()).find(({ subscription }) => subscription.id === 's')
  await world.queue.park(parked!, world.failure())
  const under = await world.claimOne({ except: ['stays'] })
  await world.unsubscribe('s')
  t.equal(await world.queue.delivered(under, world.now), false)
  await world.publish(['a'])
  await world.fanOut()
  t.same(await world.counts(), { pending: 4, parked: 0 })
  t.same(await world.claim({ except: ['stays'] }), [])
  await world.queue.drop('default', 'unknown')
}

async function isFair(t: TestRunner, world: DeliveryWorld): Promise<void> {
  for (const id of ['busy', 'a', 'b', 'c']) await world.subscribe(id)
  await world.publish(Array.from({ length: 60 }, (_, n) => `resource ${n}`))
  await world.fanOut(({ id }) => id === 'busy')
  world.pass(1)
  await world.publish(['late'])
  await world.fanOut(({ id }) => id !== 'busy')
  const served = (await world.claim({ limit: 20 })).map(({ subscription }) => subscription.id)
  t.same(
    ['a', 'b', 'c'].map(id => served.includes(id)),
    [true, true, true]
  )
  t.ok(served.filter(id => id === 'busy').length >= 5)
  t.equal((await world.claim({ limit: 500, except: ['a', 'b', 'c', 'busy'] })).length, 0)
  const all = [...served]
  for (let more = 1; more > 0; ) {
    const claimed = await world.claim({ limit: 2 })
    more = claimed.length
    all.push(...claimed.map(({ subscription }) => subscription.id))
  }
  t.equal(all.length, 63, 'in the end everybody gets everything')
}

async function tellsFigures(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  t.equal(await world.queue.nextDueAt(), undefined)
  const [first] = await world.publish(['a', 'b', 'b'])
  t.equal((await world.queue.figures(world.now)).unseenEvents, 4)
  await world.fanOut()
  world.pass(10)
  t.same(await world.queue.figures(world.now), { unseenEvents: 0, pending: 3, parked: 0, oldestPendingAgeS: 10 })
  t.ok((await world.queue.nextDueAt())! <= world.now)
  const claimed = await world.claim()
  t.equal(await world.queue.nextDueAt(), undefined, 'everything is under way')
  for (const delivery of claimed) {
    if (delivery.event.id === first) await world.queue.park(delivery, world.failure())
    else await world.queue.retry(delivery, world.later(300), world.failure())
  }
  t.same(await world.queue.nextDueAt(), world.later(300))
  t.same(await world.counts(), { pending: 2, parked: 1 })
  t.equal(await world.queue.repair(world.now), 0)
  await world.become('s', 'disabled')
  t.equal(await world.queue.repair(world.now), 2, 'what is left to wait for a subscription that is disabled is parked')
  t.same(await world.counts(), { pending: 0, parked: 3 })
}

async function keepsWhatIsNeeded(t: TestRunner, world: DeliveryWorld): Promise<void> {
  await world.subscribe('s')
  const [parked, waiting, delivered] = await world.publish(['a', 'b', 'c'])
  await world.fanOut()
  for (const delivery of await world.claim()) {
    if (delivery.event.id === parked) await world.queue.park(delivery, world.failure())
    else if (delivery.event.id === waiting) await world.queue.retry(delivery, world.later(86_400), world.failure())
    else await world.queue.delivered(delivery, world.now)
  }
  world.pass(3_600)
  await world.publish(['new'])
  await world.fanOut(() => false)
  t.equal(await world.queue.purgeDelivered(world.now), 1)
  t.equal(await world.queue.purgeDelivered(world.now), 0)
  await world.under.events.purge(world.now)
  const kept = (await world.under.events.read('default', { limit: 10 })).events.map(({ id }) => id)
  t.same(
    [parked, waiting, delivered].map(id => kept.includes(id!)),
    [true, true, false]
  )
  t.equal(await world.queue.release('default', 's', undefined, world.now), 1)
  t.same(await world.deliverAll(), [parked])
}
