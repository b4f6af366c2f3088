import type * as FastCheck from 'fast-check'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { type ClaimedWork, type WorkClaimOptions, type WorkKind, type WorkQueue, workKinds } from '../ports/work-queue.ts'
import type { TestRunner } from './contract.ts'
import { generatedWork } from './generated-work.ts'

export interface QueueOfWorkUnderTest {
  readonly unitOfWork: UnitOfWork
  readonly work: WorkQueue
  close(): unknown
}

export interface WorkContractOptions {
  readonly fc: typeof FastCheck
  /** Of the queue, for people. */
  readonly name: string
  /** An empty one. */
  readonly makeQueue: () => Promise<QueueOfWorkUnderTest>
  /** How often each generated test is run. */
  readonly runs: number
}

const START_MS = Date.parse('2026-03-01T09:00:00Z')

/** What every queue of due work must do. */
export async function workQueueContract(t: TestRunner, options: WorkContractOptions): Promise<void> {
  const behaviour = async (sentence: string, body: (t: TestRunner, world: World) => Promise<void>) => {
    await t.test(`${options.name}: ${sentence}`, async t => {
      const under = await options.makeQueue()
      try {
        await body(t, new World(under))
      } finally {
        await under.close()
      }
    })
  }
  await behaviour('work is claimed when it is due, the longest due first, so much as is asked for', claimsInTurn)
  await behaviour('only the kinds that are asked for are claimed, of every tenant', claimsWhatIsAskedFor)
  await behaviour("a claim is nobody else's until its lease is over, and then its mark is worth nothing", leases)
  await behaviour('several that claim at once get each work once', claimsOnce)
  await behaviour('what is scheduled again takes the place of what was, claimed or not', replaces)
  await behaviour('what is unscheduled is not done, and unscheduling nothing does no harm', unschedules)
  await behaviour('in one transaction the last word holds, and one that fails schedules nothing', isPartOfTheTransaction)
  await behaviour('what turned out to be nothing is gone, or due again later as if new', isDone)
  await behaviour('what failed is due again later, and its attempts are counted', givesBack)
  await behaviour('it knows when something can be claimed next, and how much there is', tellsFigures)
  await t.test(`${options.name}: generated sequences are answered as by the model`, t => generatedWork(t, options))
}

class World {
  readonly under: QueueOfWorkUnderTest

  constructor(under: QueueOfWorkUnderTest) {
    this.under = under
  }

  get queue(): WorkQueue {
    return this.under.work
  }

  schedule(id: string, seconds: number, kind: WorkKind = 'lookAtJourney', tenant = 'default'): Promise<void> {
    return this.under.unitOfWork.run(tenant, async transaction => {
      transaction.schedule({ kind, id, dueAt: at(seconds).toISOString() })
    })
  }

  unschedule(id: string, kind: WorkKind = 'lookAtJourney'): Promise<void> {
    return this.under.unitOfWork.run('default', async transaction => transaction.unschedule(kind, id))
  }

  claim(seconds: number, options: Partial<WorkClaimOptions> = {}): Promise<readonly ClaimedWork[]> {
    return this.queue.claim({ kinds: workKinds, limit: 100, leaseMs: 60_000, now: at(seconds), ...options })
  }

  async claimOne(seconds: number): Promise<ClaimedWork> {
    const [first] = await this.claim(seconds, { limit: 1 })
    if (!first) throw new Error('there is nothing to claim')
    return first
  }
}

const at = (seconds: number) => new Date(START_MS + seconds * 1000)
const idsOf = (work: readonly ClaimedWork[]) => work.map(({ id }) => id)

async function claimsInTurn(t: TestRunner, world: World): Promise<void> {
  await world.schedule('late', 30)
  await world.schedule('early', 10)
  await world.schedule('between', 20, 'acceptOrder')
  t.same(await world.claim(9.999), [])
  t.same(idsOf(await world.claim(25, { limit: 1 })), ['early'])
  const [second, ...more] = await world.claim(25)
  t.same(second, {
    tenant: 'default',
    kind: 'acceptOrder',
    id: 'between',
    dueAt: at(20).toISOString(),
    attempts: 0,
    leasedUntilMs: at(85).getTime()
  })
  t.same(more, [])
  t.same(idsOf(await world.claim(30)), ['late'])
}

async function claimsWhatIsAskedFor(t: TestRunner, world: World): Promise<void> {
  await world.schedule('order', 2, 'acceptOrder')
  await world.schedule('journey', 1)
  await world.schedule('order', 3, 'acceptOrder', 'other')
  t.same(await world.claim(10, { kinds: [] }), [])
  const claimed = await world.claim(10, { kinds: ['acceptOrder'] })
  t.same(
    claimed.map(({ tenant, kind, id }) => `${tenant} ${kind} ${id}`),
    ['default acceptOrder order', 'other acceptOrder order']
  )
  t.same(idsOf(await world.claim(10)), ['journey'])
}

async function leases(t: TestRunner, world: World): Promise<void> {
  await world.schedule('a', 0)
  const first = await world.claimOne(1)
  t.same(await world.claim(60), [])
  const second = await world.claimOne(61)
  t.same([first.attempts, second.attempts, second.dueAt], [0, 1, at(0).toISOString()])
  t.equal(await world.queue.done(first), false)
  t.equal(await world.queue.giveBack(first, at(61)), false)
  t.same(await world.claim(61), [])
  t.equal(await world.queue.done(second), true)
  t.equal(await world.queue.done(second), false)
  t.equal(await world.queue.nextDueAt(workKinds), undefined)
}

async function claimsOnce(t: TestRunner, world: World): Promise<void> {
  const ids = Array.from({ length: 40 }, (_, n) => `work-${n}`)
  await Promise.all(ids.map((id, n) => world.schedule(id, n % 7, n % 2 ? 'acceptOrder' : 'lookAtJourney')))
  const claimed: string[] = []
  const worker = async () => {
    for (let found = await world.claim(10, { limit: 3 }); found.length > 0; found = await world.claim(10, { limit: 3 }))
      claimed.push(...idsOf(found))
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  t.same(claimed.sort(), [...ids].sort())
}

async function replaces(t: TestRunner, world: World): Promise<void> {
  await world.schedule('a', 0)
  await world.schedule('a', 10)
  t.same(await world.claim(9), [])
  const first = await world.claimOne(10)
  await world.schedule('a', 5)
  t.equal(await world.queue.done(first), false)
  t.equal(await world.queue.giveBack(first, at(100)), false)
  const second = await world.claimOne(11)
  t.same([second.dueAt, second.attempts], [at(5).toISOString(), 0])
  await world.schedule('a', 71)
  t.equal(await world.queue.done(second), false, 'not even when it is due the moment that the lease ends')
  t.same(idsOf(await world.claim(71)), ['a'])
}

async function unschedules(t: TestRunner, world: World): Promise<void> {
  await world.unschedule('a')
  await world.schedule('a', 0)
  await world.schedule('a', 0, 'acceptOrder')
  const claimed = await world.claim(1, { kinds: ['lookAtJourney'] })
  await world.unschedule('a')
  t.same(await Promise.all(claimed.map(each => world.queue.giveBack(each, at(2)))), [false])
  t.same(
    (await world.claim(1_000)).map(({ kind }) => kind),
    ['acceptOrder']
  )
}

async function isPartOfTheTransaction(t: TestRunner, world: World): Promise<void> {
  await world.under.unitOfWork.run('default', async transaction => {
    for (const seconds of [1, 2]) transaction.schedule({ kind: 'acceptOrder', id: 'a', dueAt: at(seconds).toISOString() })
    transaction.schedule({ kind: 'acceptOrder', id: 'b', dueAt: at(1).toISOString() })
    transaction.unschedule('acceptOrder', 'b')
    transaction.unschedule('acceptOrder', 'c')
    transaction.schedule({ kind: 'acceptOrder', id: 'c', dueAt: '2026-03-01T10:00:03+01:00' })
  })
  const failing = world.under.unitOfWork.run('default', async transaction => {
    transaction.schedule({ kind: 'acceptOrder', id: 'd', dueAt: at(1).toISOString() })
    transaction.unschedule('acceptOrder', 'a')
    throw new Error('changed its mind')
  })
  await t.rejects(failing)
  t.same(
    (await world.claim(10)).map(({ id, dueAt }) => [id, dueAt]),
    [
      ['a', at(2).toISOString()],
      ['c', at(3).toISOString()]
    ]
  )
}

async function isDone(t: TestRunner, world: World): Promise<void> {
  await world.schedule('over', 0)
  await world.schedule('later', 1)
  const [over, later] = await world.claim(2)
  t.equal(await world.queue.done(over!), true)
  t.equal(await world.queue.done(later!, at(30)), true)
  t.equal(await world.queue.giveBack(later!, at(3)), false)
  t.same(await world.claim(29), [])
  const again = await world.claimOne(30)
  t.same([again.id, again.dueAt, again.attempts], ['later', at(30).toISOString(), 0])
}

async function givesBack(t: TestRunner, world: World): Promise<void> {
  await world.schedule('a', 0)
  for (const attempts of [0, 1, 2]) {
    const claimed = await world.claimOne(10 * attempts)
    t.same([claimed.attempts, claimed.dueAt], [attempts, at(0).toISOString()])
    t.equal(await world.queue.giveBack(claimed, at(10 * attempts + 10)), true)
    t.equal(await world.queue.giveBack(claimed, at(1_000)), false)
    t.same(await world.claim(10 * attempts + 9), [])
  }
}

async function tellsFigures(t: TestRunner, world: World): Promise<void> {
  t.equal(await world.queue.nextDueAt(workKinds), undefined)
  t.same(await world.queue.figures(at(0)), { waiting: 0, overdueAgeS: 0 })
  await world.schedule('a', 20)
  await world.schedule('b', 10, 'acceptOrder')
  t.same(await world.queue.nextDueAt(workKinds), at(10))
  t.same(await world.queue.nextDueAt(['lookAtJourney']), at(20))
  t.equal(await world.queue.nextDueAt([]), undefined)
  t.same(await world.queue.figures(at(9)), { waiting: 2, overdueAgeS: 0 })
  t.same(await world.queue.figures(at(12.5)), { waiting: 2, overdueAgeS: 2.5 })
  await world.claim(12)
  t.same(await world.queue.nextDueAt(workKinds), at(20))
  t.same(await world.queue.nextDueAt(['acceptOrder']), at(72))
  t.same(await world.queue.figures(at(12.5)), { waiting: 2, overdueAgeS: 0 })
}
