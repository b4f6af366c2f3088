import { activateRule } from '../fulfilment/decide-rule.ts'
import { provisioningRuleDefinition as definition, type ProvisioningRule } from '../fulfilment/provisioning-rule.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { openProvisioningCatalog, rulesAfter, storeProvisioningCatalog } from './change-provisioning-catalog.ts'
import { doOnce } from './do-once.ts'
import { type ResourceToChange, resourceWith, storeChange } from './stored-resource.ts'

/**
 * Takes a draft into use: orders that are accepted from then on are provisioned by it, where it fits. The version that was active is
 * retired. What is active already stays so.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove`, `invalidValue`, `idempotencyKeyReused`
 */
export function activateProvisioningRule(
  dependencies: ChangeDependencies,
  toChange: ResourceToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openProvisioningCatalog(transaction)
      const current = await resourceWith<ProvisioningRule>(transaction, definition, toChange)
      const change = insist(activateRule(current.resource, open.catalog.rule, { now: dependencies.clock.now() }))
      if (change.outcome === 'unchanged') return { kind: 'unchanged', stored: current.stored }
      for (const retired of change.retired) {
        const before = await resourceWith<ProvisioningRule>(transaction, definition, { id: retired.id })
        storeChange(dependencies, transaction, definition, { before, after: retired }, context)
      }
      const stored = storeChange(dependencies, transaction, definition, { before: current, after: change.rule }, context)
      storeProvisioningCatalog(transaction, open, { ...open.catalog, rule: rulesAfter(open.catalog.rule, change) })
      return { kind: 'changed', stored }
    })
  )
}
