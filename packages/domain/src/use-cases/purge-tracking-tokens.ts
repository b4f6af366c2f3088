import { trackingTokenDefinition } from '../journey/tracking-token.ts'
import { canonicalInstant } from '../kernel/instant.ts'
import type { Clock } from '../ports/clock.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import type { Filter } from '../query/filter.ts'

/** How many are removed in one transaction. */
const BATCH = 200

/** Forgets tokens that have expired. Returns how many there were. */
export async function purgeTrackingTokens(
  { store, unitOfWork, clock }: { readonly store: ResourceStore; readonly unitOfWork: UnitOfWork; readonly clock: Clock },
  tenant: string
): Promise<number> {
  const now = canonicalInstant(clock.now().toISOString()) ?? ''
  const path = { segments: [{ name: 'expiresAt', many: false }], type: 'dateTime' } as const
  const filter: Filter = { kind: 'range', path, operator: 'lte', value: now }
  let purged = 0
  for (;;) {
    const { items } = await store.list(tenant, trackingTokenDefinition, {
      filter,
      sort: [],
      limit: BATCH,
      offset: 0,
      count: false
    })
    if (items.length === 0) return purged
    await unitOfWork.run(tenant, async transaction => {
      for (const { id } of items) {
        const stored = await transaction.get(trackingTokenDefinition, id)
        if (stored) transaction.delete(trackingTokenDefinition, stored)
      }
    })
    purged += items.length
  }
}
