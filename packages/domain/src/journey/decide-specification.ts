import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import { canMove } from '../kernel/transitions.ts'
import { checkSpecification } from './check-specification.ts'
import {
  type JourneySpecification,
  journeySpecificationDefinition,
  lifecycleMachine,
  type NewJourneySpecification
} from './journey-specification.ts'
import { isDefaultSpecification } from './select-specification.ts'

/**
 * A new version of a journey, as a draft.
 *
 * @param versions all that there are of the same key
 */
export function draftSpecification(
  input: NewJourneySpecification,
  { id, versions }: { readonly id: string; readonly versions: readonly JourneySpecification[] }
): JourneySpecification | Refusal {
  const refused = refusalOf(checkSpecification(input).map(fault => ({ ...fault, code: 'invalidValue' })))
  if (refused) return refused
  const {
    href: _href,
    activatedAt: _activated,
    retiredAt: _retired,
    ...rest
  } = input as JourneySpecification & { href?: unknown }
  const version = Math.max(0, ...versions.map(each => each.version)) + 1
  return { ...rest, id, '@type': rest['@type'] ?? journeySpecificationDefinition.type, version, lifecycleStatus: 'draft' }
}

/** What becomes of specifications when one is taken into or out of use. */
export interface SpecificationChange {
  readonly outcome: 'changed' | 'unchanged'
  readonly specification: JourneySpecification
  /** Earlier versions, which are retired with it. */
  readonly retired: readonly JourneySpecification[]
}

/**
 * Takes a version into use for new orders, in place of the one of the same key that was.
 *
 * @param active all that are active, of every key
 */
export function activateSpecification(
  specification: JourneySpecification,
  active: readonly JourneySpecification[],
  moment: Pick<Moment, 'now'>,
  calendars?: ReadonlySet<string>
): SpecificationChange | Refusal {
  if (specification.lifecycleStatus === 'active') return { outcome: 'unchanged', specification, retired: [] }
  const refused =
    refusalToBecome(specification, 'active') ??
    refusalOf(checkSpecification(specification, calendars).map(fault => ({ ...fault, code: 'invalidValue' })))
  if (refused) return refused
  const replaced = active.filter(({ id, key }) => key === specification.key && id !== specification.id)
  const rest = active.filter(each => !replaced.includes(each))
  if (replaced.some(isDefaultSpecification) && ![specification, ...rest].some(isDefaultSpecification)) return lastDefault
  const activated = { ...specification, lifecycleStatus: 'active' as const, activatedAt: moment.now.toISOString() }
  return { outcome: 'changed', specification: activated, retired: replaced.map(each => retired(each, moment)) }
}

/** Takes a version out of use: orders that follow it go on, new ones follow another. The last one that is for every order stays. */
export function retireSpecification(
  specification: JourneySpecification,
  active: readonly JourneySpecification[],
  moment: Pick<Moment, 'now'>
): SpecificationChange | Refusal {
  if (specification.lifecycleStatus === 'retired') return { outcome: 'unchanged', specification, retired: [] }
  const refused = refusalToBecome(specification, 'retired')
  if (refused) return refused
  const others = active.filter(({ id }) => id !== specification.id)
  if (isDefaultSpecification(specification) && !others.some(isDefaultSpecification)) return lastDefault
  return { outcome: 'changed', specification: retired(specification, moment), retired: [] }
}

/** Why a specification may not be changed, if it mayn't. */
export function refusalToChangeSpecification({ lifecycleStatus }: JourneySpecification): Refusal | undefined {
  if (lifecycleStatus === 'draft') return undefined
  return refusal('notChangeable', `a journey that is ${lifecycleStatus} cannot be changed: make another version of it`)
}

/** Why a specification may not be deleted, if it mayn't. */
export function refusalToDeleteSpecification({ lifecycleStatus }: JourneySpecification): Refusal | undefined {
  if (lifecycleStatus === 'draft') return undefined
  return refusal('notDeletable', `a journey that is ${lifecycleStatus} cannot be deleted: only drafts can`)
}

const lastDefault = refusal('illegalMove', 'one active journey must be for every order: activate another one first', {
  allowed: []
})

function refusalToBecome({ lifecycleStatus }: JourneySpecification, to: 'active' | 'retired'): Refusal | undefined {
  if (canMove(lifecycleMachine, lifecycleStatus, to)) return undefined
  const allowed = lifecycleMachine.transitions[lifecycleStatus]
  return refusal('illegalMove', `a journey that is ${lifecycleStatus} cannot become ${to}`, { allowed })
}

function retired(specification: JourneySpecification, { now }: Pick<Moment, 'now'>): JourneySpecification {
  return { ...specification, lifecycleStatus: 'retired', retiredAt: now.toISOString() }
}
