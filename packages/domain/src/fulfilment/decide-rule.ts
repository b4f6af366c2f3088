import type { LifecycleStatus } from '../journey/journey-specification.ts'
import { lifecycleTransitions } from '../journey/journey-specification.ts'
import { sameJson } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import { canMove, stateMachine } from '../kernel/transitions.ts'
import { checkRule } from './check-rule.ts'
import { type NewProvisioningRule, type ProvisioningRule, provisioningRuleDefinition } from './provisioning-rule.ts'

/** A draft can be changed and deleted; an active one decides about orders that are accepted from then on. */
export const ruleMachine = stateMachine<LifecycleStatus>({
  name: 'a provisioning rule',
  initial: 'draft',
  transitions: lifecycleTransitions
})

/**
 * A new version of a rule, as a draft. What only the server sets is ignored.
 *
 * @param lastVersion of the rules with this key, 0 when there is none
 */
export function draftRule(
  input: NewProvisioningRule,
  { id, lastVersion }: { readonly id: string; readonly lastVersion: number }
): ProvisioningRule | Refusal {
  const refused = refusalOfFaults(input)
  if (refused) return refused
  const { href: _href, activatedAt: _from, retiredAt: _to, ...rest } = input as ProvisioningRule & { href?: unknown }
  const type = rest['@type'] ?? provisioningRuleDefinition.type
  return { ...rest, id, '@type': type, version: lastVersion + 1, lifecycleStatus: 'draft' }
}

/** A draft after a change of it, of which the structure has been checked. */
export function redraftRule(before: ProvisioningRule, wanted: ProvisioningRule): ProvisioningRule | Refusal {
  if (sameJson(before, wanted)) return before
  const settled = fixedAttributes.filter(name => before[name] !== wanted[name])
  return (
    refusalToChangeRule(before) ??
    refusalOf(settled.map(name => ({ code: 'serverOwned', pointer: `/${name}`, message: `${name} cannot be changed` }))) ??
    refusalOfFaults(wanted) ??
    wanted
  )
}

const fixedAttributes = ['key', 'version', 'lifecycleStatus', 'activatedAt', 'retiredAt'] as const

/** What becomes of rules when one is taken into or out of use. */
export interface RuleChange {
  readonly outcome: 'changed' | 'unchanged'
  readonly rule: ProvisioningRule
  /** The earlier version, which is retired with it. */
  readonly retired: readonly ProvisioningRule[]
}

/** Takes a version into use in place of the one of the same key that was; of the active ones, at least those with its key. */
export function activateRule(
  rule: ProvisioningRule,
  active: readonly ProvisioningRule[],
  { now }: Pick<Moment, 'now'>
): RuleChange | Refusal {
  if (rule.lifecycleStatus === 'active') return { outcome: 'unchanged', rule, retired: [] }
  const refused = refusalToBecome(rule, 'active') ?? refusalOfFaults(rule)
  if (refused) return refused
  const at = now.toISOString()
  const replaced = active.filter(({ id, key }) => key === rule.key && id !== rule.id)
  return {
    outcome: 'changed',
    rule: { ...rule, lifecycleStatus: 'active', activatedAt: at },
    retired: replaced.map(each => ({ ...each, lifecycleStatus: 'retired', retiredAt: at }))
  }
}

/** Takes a version out of use: what was decided by it stays. */
export function retireRule(rule: ProvisioningRule, { now }: Pick<Moment, 'now'>): RuleChange | Refusal {
  if (rule.lifecycleStatus === 'retired') return { outcome: 'unchanged', rule, retired: [] }
  const refused = refusalToBecome(rule, 'retired')
  if (refused) return refused
  return { outcome: 'changed', rule: { ...rule, lifecycleStatus: 'retired', retiredAt: now.toISOString() }, retired: [] }
}

export function refusalToChangeRule({ lifecycleStatus }: ProvisioningRule): Refusal | undefined {
  if (lifecycleStatus === 'draft') return undefined
  return refusal('notChangeable', `a rule that is ${lifecycleStatus} cannot be changed: make another version of it`)
}

export function refusalToDeleteRule({ lifecycleStatus }: ProvisioningRule): Refusal | undefined {
  if (lifecycleStatus === 'draft') return undefined
  return refusal('notDeletable', `a rule that is ${lifecycleStatus} cannot be deleted: only drafts can`)
}

function refusalToBecome({ lifecycleStatus }: ProvisioningRule, to: 'active' | 'retired'): Refusal | undefined {
  if (canMove(ruleMachine, lifecycleStatus, to)) return undefined
  const allowed = ruleMachine.transitions[lifecycleStatus]
  return refusal('illegalMove', `a rule that is ${lifecycleStatus} cannot become ${to}`, { allowed })
}

function refusalOfFaults(rule: NewProvisioningRule): Refusal | undefined {
  return refusalOf(checkRule(rule).map(fault => ({ ...fault, code: 'invalidValue' })))
}
