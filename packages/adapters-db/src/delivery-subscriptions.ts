import type { EventSubscription } from '@crm-lite/domain'
import { sql } from 'kysely'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { Engine, RunInTransaction } from './dialects/dialect.ts'

interface Known {
  readonly revision: number
  readonly subscription: EventSubscription
}

export interface LaneRevision {
  readonly lane: number
  readonly revision: number
}

const MAX_KNOWN = 10_000

/** The subscriptions of lanes, each read and parsed once a revision. */
export class DeliverySubscriptions {
  readonly #known = new Map<number, Known>()
  readonly #read: DeliveryStatement

  constructor(engine: Engine) {
    this.#read = deliveryStatement(
      engine,
      'subscriptions',
      sql`select v.lane, s.revision, ${engine.documentText('s.document')} from ${engine.deliverySql.rows(0, { lane: 'bigint' })}
          join delivery_lane l on l.lane = v.lane join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id`
    )
  }

  /** By lane; without those that are gone. */
  async of(run: RunInTransaction, lanes: readonly LaneRevision[]): Promise<ReadonlyMap<number, EventSubscription>> {
    const unknown = lanes.filter(({ lane, revision }) => this.#known.get(lane)?.revision !== revision)
    if (unknown.length > 0) await this.#load(run, unknown)
    return new Map(
      lanes.flatMap(({ lane }) => {
        const known = this.#known.get(lane)
        return known ? [[lane, known.subscription]] : []
      })
    )
  }

  async #load(run: RunInTransaction, lanes: readonly LaneRevision[]): Promise<void> {
    if (this.#known.size > MAX_KNOWN) this.#known.clear()
    for (const { lane } of lanes) this.#known.delete(lane)
    for (const [lane, revision, document] of await run(this.#read(JSON.stringify(lanes.map(({ lane }) => ({ lane })))))) {
      const subscription = JSON.parse(String(document)) as EventSubscription
      this.#known.set(Number(lane), { revision: Number(revision), subscription })
    }
  }
}
