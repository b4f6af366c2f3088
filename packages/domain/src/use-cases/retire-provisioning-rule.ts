import { retireRule } from '../fulfilment/decide-rule.ts'
import { provisioningRuleDefinition as definition, type ProvisioningRule } from '../fulfilment/provisioning-rule.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { openProvisioningCatalog, rulesAfter, storeProvisioningCatalog } from './change-provisioning-catalog.ts'
import { doOnce } from './do-once.ts'
import { type ResourceToChange, resourceWith, storeChange } from './stored-resource.ts'

/**
 * Takes a rule out of use. What was decided by it stays; other rules, or the default, decide about orders that are accepted from then on.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove`, `idempotencyKeyReused`
 */
export function retireProvisioningRule(
  dependencies: ChangeDependencies,
  toChange: ResourceToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openProvisioningCatalog(transaction)
      const before = await resourceWith<ProvisioningRule>(transaction, definition, toChange)
      const change = insist(retireRule(before.resource, { now: dependencies.clock.now() }))
      if (change.outcome === 'unchanged') return { kind: 'unchanged', stored: before.stored }
      const stored = storeChange(dependencies, transaction, definition, { before, after: change.rule }, context)
      storeProvisioningCatalog(transaction, open, { ...open.catalog, rule: rulesAfter(open.catalog.rule, change) })
      return { kind: 'changed', stored }
    })
  )
}
