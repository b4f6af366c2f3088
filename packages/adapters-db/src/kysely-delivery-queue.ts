import type { Clock, DeliveryQueue } from '@crm-lite/domain'
import { DeliveryBreakers } from './delivery-breakers.ts'
import { DeliveryBundles } from './delivery-bundles.ts'
import { DeliveryClaim } from './delivery-claim.ts'
import { DeliveryFanOut } from './delivery-fan-out.ts'
import { DeliveryLanes } from './delivery-lanes.ts'
import { DeliveryLines } from './delivery-lines.ts'
import { DeliveryMarks } from './delivery-marks.ts'
import { DeliveryParking } from './delivery-parking.ts'
import { replay } from './delivery-replay.ts'
import { DeliverySubscriptions } from './delivery-subscriptions.ts'
import { abandonedLanes, disabledLanes, figures, moveUpStranded, nextDueAt, purgeDelivered } from './delivery-upkeep.ts'
import type { Engine } from './dialects/dialect.ts'

/** Keeps deliveries beside the events that they are of: as rows, or as bundles of those that whoever made them has taken at once. */
export function kyselyDeliveryQueue(engine: Engine, clock: Clock): DeliveryQueue {
  const bundles = new DeliveryBundles(engine)
  const lines = new DeliveryLines(engine, bundles)
  const lanes = new DeliveryLanes(engine)
  const subscriptions = new DeliverySubscriptions(engine)
  const fanOut = new DeliveryFanOut(engine, { lines, bundles, subscriptions }, () => clock.now().getTime())
  const claim = new DeliveryClaim(engine, { lanes, bundles, subscriptions })
  const marks = new DeliveryMarks(engine, lines, bundles)
  const parking = new DeliveryParking(engine, lines, bundles)
  const breakers = new DeliveryBreakers(engine)
  return {
    fanOut: (wants, limit, claim) => fanOut.fanOut(wants, limit, claim),
    claim: options => claim.claim(options),
    renew: (delivery, leaseMs) => marks.renew(delivery, leaseMs),
    delivered: (delivery, at) => marks.mark(delivery, { state: 'done', tried: true, endedAtMs: at.getTime() }),
    retry: (delivery, dueAt, { code }) =>
      marks.mark(delivery, { state: 'pending', tried: true, dueAtMs: dueAt.getTime(), failureCode: code }),
    park: (delivery, { code, at }) =>
      marks.mark(delivery, { state: 'parked', tried: true, failureCode: code, endedAtMs: at.getTime() }),
    giveBack: (delivery, dueAt) => marks.mark(delivery, { state: 'pending', tried: false, dueAtMs: dueAt.getTime() }),
    parkAll: (tenant, id, failure) => parking.parkAll(tenant, id, failure),
    parked: (tenant, id, page) => parking.parked(tenant, id, page),
    release: (tenant, id, deliveryIds, now) => parking.release(tenant, id, deliveryIds, now),
    replay: (...what) => replay(engine, lines, ...what),
    drop: async (tenant, id) => void (await parking.drop(tenant, id)),
    breaker: key => breakers.breaker(key),
    setBreaker: (key, breaker, now) => breakers.setBreaker(key, breaker, now),
    nextDueAt: () => nextDueAt(lanes),
    figures: now => figures(engine, bundles, now),
    repair: async now => {
      let repaired = await moveUpStranded(engine, lines)
      for (const { tenant, subscriptionId } of await abandonedLanes(engine))
        repaired += await parking.drop(tenant, subscriptionId)
      for (const { tenant, subscriptionId } of await disabledLanes(engine))
        repaired += await parking.parkAll(tenant, subscriptionId, { code: 'gone', at: now })
      return repaired
    },
    purgeDelivered: before => purgeDelivered(engine, 'ended_at_ms', before)
  }
}
