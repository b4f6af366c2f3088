import type { LookUpStrategy } from '@crm-lite/fms-client'
import type { FmsSettings, GivenFmsSettings } from './fms-settings.ts'

/** Which settings mean something with which strategy only. */
const belongings = [
  ['FMS_LOOK_UP_PARAMETER', 'externalId', ({ fmsLookUpParameter }) => fmsLookUpParameter],
  ['FMS_LOOK_UP_NOT_FOUND', 'externalId', ({ fmsLookUpNotFound }) => fmsLookUpNotFound],
  ['FMS_LOOK_UP_PAGE_SIZE', 'listing', ({ fmsLookUpPageSize }) => fmsLookUpPageSize],
  ['FMS_LOOK_UP_MAX_PAGES', 'listing', ({ fmsLookUpMaxPages }) => fmsLookUpMaxPages],
  ['FMS_LOOK_UP_SORT', 'listing', ({ fmsLookUpSort }) => fmsLookUpSort]
] as const satisfies readonly (readonly [string, LookUpStrategy['by'], (given: GivenFmsSettings) => unknown])[]

/** Whoever sets one of another strategy is mistaken about what happens when an answer is lost. */
export function* faultsOfLookUp(given: GivenFmsSettings): Iterable<string> {
  const { fmsLookUp } = given
  if (fmsLookUp === undefined) return
  for (const [name, strategy, valueIn] of belongings) {
    if (valueIn(given) !== undefined && strategy !== fmsLookUp) yield `${name} means nothing unless FMS_LOOK_UP is ${strategy}`
  }
}

export function lookUpOf(settings: FmsSettings): LookUpStrategy {
  const { fmsLookUp: by, fmsLookUpParameter: parameter, fmsLookUpNotFound: notFound } = settings
  const { fmsLookUpPageSize: pageSize, fmsLookUpMaxPages: maxPages, fmsLookUpSort: sort } = settings
  switch (by) {
    case 'externalId':
      return { by, ...(parameter !== undefined && { parameter }), ...(notFound === 'none' && { notFoundMeansNone: true }) }
    case 'listing':
      return {
        by,
        ...(pageSize !== undefined && { pageSize }),
        ...(maxPages !== undefined && { maxPages }),
        ...(sort !== undefined && { query: { sort } })
      }
    case 'none':
      return { by }
    default:
      return by satisfies never
  }
}
