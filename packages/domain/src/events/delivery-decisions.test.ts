import * as fc from 'fast-check'
import t from 'tap'
import {
  askBreaker,
  type Breaker,
  type BreakerEffect,
  breakerEffects,
  closedBreaker,
  defaultBreakerLimits,
  settleBreaker
} from './breaker.ts'
import { type AttemptResult, decideAfterAttempt, MAX_RETRY_AFTER_MS, RETRY_DELAYS_MS, RETRY_JITTER } from './retry.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const HOUR_MS = 3_600_000
const REASONS = ['connection', 'timeout', 'forbiddenAddress', 'tls', 'badAnswer'] as const

const failures: fc.Arbitrary<AttemptResult> = fc.oneof(
  fc.constant<AttemptResult>({ kind: 'refused' }),
  fc.nat({ max: 100 * HOUR_MS }).map((retryAfterMs): AttemptResult => ({ kind: 'refused', retryAfterMs })),
  fc.constantFrom(...REASONS).map((reason): AttemptResult => ({ kind: 'unreachable', reason }))
)
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

t.test('what becomes of a delivery', async t => {
  t.test('each answer leads to its own step', async t => {
    const middle = () => 0
    t.same(decideAfterAttempt({ kind: 'delivered' }, 1, NOW, middle), { kind: 'done' })
    t.same(decideAfterAttempt({ kind: 'gone' }, 1, NOW, middle), { kind: 'disableSubscription' })
    t.same(decideAfterAttempt({ kind: 'gone' }, 10, NOW, middle), { kind: 'disableSubscription' })
    t.same(decideAfterAttempt({ kind: 'withdrawn' }, 10, NOW, middle), { kind: 'giveBack' })
    for (const reason of REASONS)
      t.equal(decideAfterAttempt({ kind: 'unreachable', reason }, 1, NOW, middle).kind, 'retry', reason)
  })

  t.test('the waits are 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h', async t => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(attempt => waitAfter({ kind: 'refused' }, attempt, 0) / 1000)
    t.same(waits, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
    t.equal(RETRY_DELAYS_MS[0], 0, 'the first attempt waits for nothing')
  })

  t.test('an event is tried ten times, over 75 hours, whatever goes wrong, and then parked', async t => {
    fc.assert(
      fc.property(fc.array(failures, { minLength: 10, maxLength: 10 }), fc.array(randoms, { minLength: 10 }), (results, dice) => {
        const attempts = [NOW]
        for (const [index, result] of results.entries()) {
          const at = attempts.at(-1)!
          const next = decideAfterAttempt(result, index + 1, at, () => dice[index]!)
          if (next.kind !== 'retry') {
            t.equal(next.kind, 'park')
            break
          }
          if (next.at <= at) t.fail('an attempt is not after the one before it')
          attempts.push(next.at)
        }
        const spanMs = attempts.at(-1)!.getTime() - NOW.getTime()
        t.equal(attempts.length, 10)
        t.ok(spanMs >= 75 * HOUR_MS, 'at least 75 hours')
        t.ok(spanMs <= 9 * MAX_RETRY_AFTER_MS * (1 + RETRY_JITTER), 'never for ever')
      }),
      { numRuns: 60 }
    )
  })

  t.test('a wait is never shorter than the schedule or Retry-After ask for, nor a tenth longer than both', async t => {
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 400 * HOUR_MS }), randoms, (attempt, retryAfterMs, random) => {
          const asked = Math.max(RETRY_DELAYS_MS[attempt]!, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
          const waitMs = waitAfter({ kind: 'refused', retryAfterMs }, attempt, random)
          return waitMs >= asked && waitMs <= asked * (1 + RETRY_JITTER) + 1
        })
      )
    )
  })

  t.test('two that fail together are not tried together', async t => {
    t.not(waitAfter({ kind: 'refused' }, 3, 0.1), waitAfter({ kind: 'refused' }, 3, 0.9))
  })

  t.test('an attempt beyond the last one is parked too', async t => {
    t.same(
      decideAfterAttempt({ kind: 'refused' }, 10, NOW, () => 0),
      { kind: 'park' }
    )
    t.same(
      decideAfterAttempt({ kind: 'refused', retryAfterMs: 1000 }, 42, NOW, () => 0),
      { kind: 'park' }
    )
  })
})

t.test('a breaker', async t => {
  t.test('opens at the fifth failure in a row, and not before', async t => {
    const four = fail(closedBreaker, 4)
    t.same(four, { state: 'closed', failures: 4 })
    t.same(askBreaker(four, NOW), { kind: 'send' })
    t.same(fail(four, 1), { state: 'open', failures: 5, openUntil: after(30) })
    t.same(fail(settleBreaker(four, 'success', NOW), 4), four, 'a success in between starts the count again')
  })

  t.test('lets nothing out while open, and then one probe', async t => {
    const open = fail(closedBreaker, 5)
    t.same(askBreaker(open, after(29.999)), { kind: 'held', until: after(30) })
    const permission = askBreaker(open, after(30))
    if (permission.kind !== 'probe') return t.fail('no probe')
    t.same(permission.next, { state: 'halfOpen', failures: 5, openUntil: after(60) })
    t.same(askBreaker(permission.next, after(30)), { kind: 'held', until: after(60) }, 'the second one is held')
    t.equal(askBreaker(permission.next, after(60)).kind, 'probe', 'a probe that nobody heard of again is replaced')
  })

  t.test('opens again when the probe fails, and closes when it succeeds', async t => {
    const probing: Breaker = { state: 'halfOpen', failures: 5, openUntil: after(60) }
    t.same(settleBreaker(probing, 'failure', after(31)), { state: 'open', failures: 6, openUntil: after(61) })
    t.same(settleBreaker(probing, 'success', after(31)), closedBreaker)
  })

  t.test('is closed by any success, and not kept open longer by failures that were under way when it opened', async t => {
    const open = fail(closedBreaker, 5)
    t.same(settleBreaker(open, 'failure', after(10)), { state: 'open', failures: 6, openUntil: after(30) })
    t.same(settleBreaker(open, 'success', after(10)), closedBreaker)
    t.same(settleBreaker(open, 'none', after(10)), open)
  })

  t.test('lets a dead receiver have one send in 30 seconds, however often it is asked', async t => {
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 20, maxLength: 80 }), gaps => {
          let breaker = fail(closedBreaker, 5)
          let nowMs = NOW.getTime()
          let lastSentMs = nowMs
          for (const gap of gaps) {
            nowMs += gap
            const permission = askBreaker(breaker, new Date(nowMs))
            if (permission.kind === 'send') return false
            if (permission.kind === 'held') continue
            if (nowMs - lastSentMs < defaultBreakerLimits.probeAfterMs) return false
            lastSentMs = nowMs
            breaker = settleBreaker(permission.next, 'failure', new Date(nowMs))
          }
          return true
        })
      )
    )
  })

  t.test('never gets stuck: whatever happened, the next send is at most 30 seconds away', async t => {
    const effects = fc.constantFrom<BreakerEffect>('success', 'failure', 'none')
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(fc.array(fc.tuple(effects, fc.nat({ max: 90_000 }), fc.boolean()), { maxLength: 60 }), steps => {
          let breaker = closedBreaker
          let now = NOW
          for (const [effect, gap, probes] of steps) {
            now = new Date(now.getTime() + gap)
            const permission = askBreaker(breaker, now)
            if (permission.kind === 'probe' && probes) breaker = permission.next
            breaker = settleBreaker(breaker, effect, now)
            if ((breaker.state === 'closed') !== (breaker.openUntil === undefined)) return false
            if (breaker.state === 'closed' && breaker.failures >= defaultBreakerLimits.failures) return false
          }
          return askBreaker(breaker, new Date(now.getTime() + defaultBreakerLimits.probeAfterMs)).kind !== 'held'
        })
      )
    )
  })

  t.test('of the host counts missing connections only, that of the subscription everything else', async t => {
    const effects = (result: AttemptResult) => {
      const { subscription, host } = breakerEffects(result)
      return [subscription, host]
    }
    t.same(effects({ kind: 'delivered' }), ['success', 'success'])
    t.same(effects({ kind: 'gone' }), ['none', 'success'])
    t.same(effects({ kind: 'refused', retryAfterMs: 1 }), ['failure', 'success'])
    t.same(effects({ kind: 'withdrawn' }), ['none', 'none'])
    t.same(effects({ kind: 'unreachable', reason: 'connection' }), ['none', 'failure'])
    t.same(effects({ kind: 'unreachable', reason: 'forbiddenAddress' }), ['failure', 'none'])
    for (const reason of ['timeout', 'tls', 'badAnswer'] as const) {
      t.same(effects({ kind: 'unreachable', reason }), ['failure', 'success'], reason)
    }
  })
})

function waitAfter(result: AttemptResult, attempt: number, random: number): number {
  const next = decideAfterAttempt(result, attempt, NOW, () => random)
  return next.kind === 'retry' ? next.at.getTime() - NOW.getTime() : Number.NaN
}

function fail(breaker: Breaker, times: number): Breaker {
  return Array.from({ length: times }).reduce<Breaker>(current => settleBreaker(current, 'failure', NOW), breaker)
}

function after(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000)
}
