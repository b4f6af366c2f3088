import { redraftRule } from '../fulfilment/decide-rule.ts'
import { provisioningRuleDefinition as definition, type ProvisioningRule } from '../fulfilment/provisioning-rule.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { type Change, resultOf } from './change-resource.ts'
import { doOnce } from './do-once.ts'
import { resourceWith, storeChange } from './stored-resource.ts'

/**
 * Changes a draft. What is or was in use stays as it is.
 *
 * @param change its `check` finds what is wrong with the structure
 * @throws {DomainError} `notFound`, `staleRevision`, `notChangeable` when it is no draft any more, `serverOwned`, `missingAttribute`,
 *   `invalidValue`, `idempotencyKeyReused`
 */
export function patchProvisioningRule(
  dependencies: ChangeDependencies,
  change: Change,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const before = await resourceWith<ProvisioningRule>(transaction, definition, change)
      const wanted = resultOf(definition, before.resource, change) as ProvisioningRule
      const after = insist(redraftRule(before.resource, wanted))
      if (after === before.resource) return { kind: 'unchanged', stored: before.stored }
      return { kind: 'changed', stored: storeChange(dependencies, transaction, definition, { before, after }, context) }
    })
  )
}
