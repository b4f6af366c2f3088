import type * as FastCheck from 'fast-check'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { type ClaimedWork, type WorkKind, type WorkQueue, workKinds } from '../ports/work-queue.ts'
import type { TestRunner } from './contract.ts'
import { MemoryStore } from './memory-store.ts'

interface Queue {
  readonly unitOfWork: UnitOfWork
  readonly work: WorkQueue
}

interface Options {
  readonly fc: typeof FastCheck
  readonly makeQueue: () => Promise<Queue & { close(): unknown }>
  readonly runs: number
}

type End = 'done' | 'giveBack'
type Step =
  | { readonly kind: 'schedule'; readonly what: WorkKind; readonly id: string; readonly seconds: number }
  | { readonly kind: 'unschedule'; readonly what: WorkKind; readonly id: string }
  | { readonly kind: 'claim'; readonly kinds: readonly WorkKind[]; readonly limit: number; readonly leaseS: number }
  | { readonly kind: End; readonly which: number; readonly seconds: number | undefined }
  | { readonly kind: 'pass'; readonly seconds: number }

/** Sequences of everything that can happen, each with work of its own in one queue, and the same in memory. */
export async function generatedWork(t: TestRunner, { fc, makeQueue, runs }: Options): Promise<void> {
  const what = fc.constantFrom(...workKinds)
  const seconds = fc.integer({ min: 0, max: 10 })
  const step: FastCheck.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom<('schedule' | 'unschedule')[]>('schedule', 'schedule', 'schedule', 'unschedule'),
        what,
        id: fc.constantFrom('a', 'b', 'c', 'd'),
        seconds
      })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('claim' as const),
        kinds: fc.uniqueArray(what, { minLength: 1 }),
        limit: fc.integer({ min: 1, max: 4 }),
        leaseS: fc.integer({ min: 0, max: 10 })
      })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom<End[]>('done', 'giveBack'),
        which: fc.nat(50),
        seconds: fc.option(seconds, { nil: undefined })
      })
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds }) }
  )
  const under = await makeQueue()
  let claims = 0
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async steps => {
        const model = new MemoryStore()
        const expected = await answers({ unitOfWork: model, work: model.work }, steps)
        claims += expected.claims
        t.same((await answers(under, steps)).said, expected.said)
      }),
      { numRuns: runs }
    )
  } finally {
    await under.close()
  }
  t.ok(claims > runs, `${claims} claims are enough to mean something`)
}

/** What a queue says to each step, and how much it let be claimed. Afterwards it is empty. */
async function answers(queue: Queue, steps: readonly Step[]) {
  const walk: Walk = { ...queue, claimed: [], nowMs: Date.UTC(2026, 2, 1) }
  const said: unknown[] = []
  for (const step of steps) {
    said.push(await take(walk, step), await queue.work.nextDueAt(workKinds), await queue.work.figures(later(walk, 0)))
  }
  await queue.unitOfWork.run('default', async transaction => {
    for (const kind of workKinds) for (const id of ['a', 'b', 'c', 'd']) transaction.unschedule(kind, id)
  })
  return { said, claims: walk.claimed.length }
}

interface Walk extends Queue {
  readonly claimed: ClaimedWork[]
  nowMs: number
}

const later = ({ nowMs }: Walk, seconds: number) => new Date(nowMs + seconds * 1000)

async function take(walk: Walk, step: Step): Promise<unknown> {
  const { unitOfWork, work, claimed } = walk
  switch (step.kind) {
    case 'pass':
      walk.nowMs += step.seconds * 1000
      return undefined
    case 'schedule':
    case 'unschedule':
      return unitOfWork.run('default', async transaction => {
        const { what, id } = step
        if (step.kind === 'unschedule') transaction.unschedule(what, id)
        else transaction.schedule({ kind: what, id, dueAt: later(walk, step.seconds).toISOString() })
      })
    case 'claim': {
      const found = await work.claim({ ...step, leaseMs: step.leaseS * 1000, now: later(walk, 0) })
      claimed.push(...found)
      return found
    }
    default: {
      const one = claimed[step.which % claimed.length]
      if (!one) return undefined
      if (step.kind === 'giveBack') return work.giveBack(one, later(walk, step.seconds ?? 0))
      return work.done(one, step.seconds === undefined ? undefined : later(walk, step.seconds))
    }
  }
}
