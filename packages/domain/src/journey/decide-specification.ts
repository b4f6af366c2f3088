import { sameJson } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import { canMove } from '../kernel/transitions.ts'
import { checkSpecification, lintSpecification } from './check-specification.ts'
import {
  type JourneySpecification,
  journeySpecificationDefinition,
  lifecycleMachine,
  type NewJourneySpecification
} from './journey-specification.ts'
import { isDefaultSpecification } from './select-specification.ts'

/** What is drafted, and where it stands among others. */
export interface DraftContext {
  readonly id: string
  /** Of the journey's latest version, 0 when there is none. */
  readonly lastVersion: number
  /** The ids of the calendars that there are; absent: not checked. */
  readonly calendars?: ReadonlySet<string>
}

/** A new version of a journey, as a draft. What only the server sets is ignored. */
export function draftSpecification(
  input: NewJourneySpecification,
  { id, lastVersion, calendars }: DraftContext
): JourneySpecification | Refusal {
  const refused = refusalOfFaults(input, calendars)
  if (refused) return refused
  const {
    href: _href,
    activatedAt: _activated,
    retiredAt: _retired,
    ...rest
  } = input as JourneySpecification & { href?: unknown }
  const type = rest['@type'] ?? journeySpecificationDefinition.type
  return withLint({ ...rest, id, '@type': type, version: lastVersion + 1, lifecycleStatus: 'draft' })
}

/**
 * A draft after a change of it.
 *
 * @param wanted its structure has been checked
 * @param calendars as in `DraftContext`
 */
export function redraftSpecification(
  before: JourneySpecification,
  wanted: JourneySpecification,
  calendars?: ReadonlySet<string>
): JourneySpecification | Refusal {
  const next = withLint(wanted)
  if (sameJson(before, next)) return before
  const refused =
    refusalToChangeSpecification(before) ??
    refusalOf(
      fixedAttributes
        .filter(name => before[name] !== wanted[name])
        .map(name => ({ code: 'serverOwned', pointer: `/${name}`, message: fixedMessages[name] }))
    ) ??
    refusalOfFaults(wanted, calendars)
  return refused ?? next
}

const fixedMessages = {
  key: 'key stays the same in all versions: another journey is made as another resource',
  version: 'version is set by the server and cannot be changed',
  lifecycleStatus: 'lifecycleStatus is changed by activating and retiring',
  activatedAt: 'activatedAt is set by the server and cannot be changed',
  retiredAt: 'retiredAt is set by the server and cannot be changed'
} as const

const fixedAttributes = Object.keys(fixedMessages) as (keyof typeof fixedMessages)[]

function withLint({ lint: _lint, ...specification }: JourneySpecification): JourneySpecification {
  const lint = lintSpecification(specification)
  return lint.length > 0 ? { ...specification, lint } : specification
}

function refusalOfFaults(
  specification: NewJourneySpecification,
  calendars: ReadonlySet<string> | undefined
): Refusal | undefined {
  return refusalOf(checkSpecification(specification, calendars).map(fault => ({ ...fault, code: 'invalidValue' })))
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
  const refused = refusalToBecome(specification, 'active') ?? refusalOfFaults(specification, calendars)
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
