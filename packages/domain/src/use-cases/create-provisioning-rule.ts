import { creationEvents } from '../events/events-of-change.ts'
import { draftRule } from '../fulfilment/decide-rule.ts'
import { type NewProvisioningRule, provisioningRuleDefinition } from '../fulfilment/provisioning-rule.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import {
  lastRuleVersion,
  openProvisioningCatalog,
  storeProvisioningCatalog,
  withRuleVersion
} from './change-provisioning-catalog.ts'
import { doOnce } from './do-once.ts'

/**
 * Drafts the next version of a rule, or the first one.
 *
 * @param input its structure has been checked; what only the server sets is ignored in it
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function createProvisioningRule(
  dependencies: ChangeDependencies,
  input: NewProvisioningRule,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openProvisioningCatalog(transaction)
      const lastVersion = lastRuleVersion(open.catalog, input.key)
      const draft = insist(draftRule(input, { id: dependencies.ids.next(), lastVersion }))
      const [fault, ...more] = checkResource(provisioningRuleDefinition, draft)
      if (fault) throw DomainError.ofFaults([fault, ...more])
      const stored = transaction.insert(provisioningRuleDefinition, draft)
      const source = eventSource(dependencies, context)
      for (const event of creationEvents(source, provisioningRuleDefinition, stored)) transaction.publish(event)
      storeProvisioningCatalog(transaction, open, withRuleVersion(open.catalog, draft))
      return { kind: 'created', stored }
    })
  )
}
