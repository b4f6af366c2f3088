import { findCycle } from '../journey/requirements.ts'
import type { Fault } from '../kernel/errors.ts'
import { orderItemActions } from '../resources/product-order-item.ts'
import type {
  CharacteristicRule,
  NewProvisioningRule,
  ResourceRule,
  RuleMatch,
  ServiceItemRule,
  ValueSource
} from './provisioning-rule.ts'
import { fmsMeanings } from './state-map.ts'

export const RULE_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** More than any product is made of; they are sent in one request. */
export const MAX_SERVICE_ITEMS = 50

type Report = (pointer: string, message: string) => void

/** What is wrong with a rule of which the structure has been checked: it isn't kept as long as there is anything. */
export function checkRule(rule: NewProvisioningRule): Fault[] {
  const faults: Fault[] = []
  const report: Report = (pointer, message) => faults.push({ code: 'invalidValue', pointer, message })
  const { key, match, serviceOrderItem: items, stateMap = {}, priority } = rule
  if (!RULE_KEY.test(key)) report('/key', 'a key is a letter and up to 63 letters, digits, - or _')
  if (priority !== undefined && !Number.isSafeInteger(priority)) report('/priority', 'must be a whole number')
  if (match) checkMatch(match, report)
  if (items.length > MAX_SERVICE_ITEMS) report('/serviceOrderItem', `a rule has at most ${MAX_SERVICE_ITEMS} service order items`)
  else checkGraph(items, report)
  for (const [index, item] of items.entries()) {
    checkItem(item, (at, message) => report(`/serviceOrderItem/${index}${at}`, message))
  }
  for (const [state, meaning] of Object.entries(stateMap)) {
    if (!fmsMeanings.includes(meaning)) report(`/stateMap/${pointerTo(state)}`, `must be one of ${fmsMeanings.join(', ')}`)
  }
  return faults
}

function checkMatch({ productOfferingId, productSpecificationId, action, characteristic = [] }: RuleMatch, report: Report): void {
  const lists = { productOfferingId, productSpecificationId, action }
  for (const [name, list] of Object.entries(lists)) if (list?.length === 0) report(`/match/${name}`, 'needs at least one value')
  for (const [index, each] of (action ?? []).entries())
    checkAction(each, (at, text) => report(`/match/action/${index}${at}`, text))
  for (const [index, { value }] of characteristic.entries()) {
    if (!isScalar(value)) report(`/match/characteristic/${index}/value`, 'must be a text, a number, true or false')
  }
}

function checkGraph(items: readonly ServiceItemRule[], report: Report): void {
  const known = new Set(items.map(({ key }) => key))
  const seen = new Set<string>()
  for (const [index, { key, requires = [] }] of items.entries()) {
    if (seen.has(key)) report(`/serviceOrderItem/${index}/key`, 'another service order item has this key')
    seen.add(key)
    for (const [at, required] of requires.entries()) {
      const pointer = `/serviceOrderItem/${index}/requires/${at}`
      if (!known.has(required)) report(pointer, 'there is no service order item with this key')
      else if (requires.indexOf(required) < at) report(pointer, 'is named twice')
    }
  }
  const cycle = findCycle(items)
  if (!cycle) return
  const index = items.findIndex(({ key }) => key === cycle[0])
  report(`/serviceOrderItem/${index}/requires`, `service order items require one another: ${cycle.join(' > ')}`)
}

function checkItem({ key, action, characteristic = [], supportingResource = [] }: ServiceItemRule, report: Report): void {
  if (!RULE_KEY.test(key)) report('/key', 'a key is a letter and up to 63 letters, digits, - or _')
  if (/-\d+$/.test(key)) report('/key', 'must not end with - and a number: pieces are told apart by that')
  if (action !== undefined) checkAction(action, (at, message) => report(`/action${at}`, message))
  checkCharacteristics(characteristic, report)
  for (const [index, resource] of supportingResource.entries()) {
    checkResourceRule(resource, (at, message) => report(`/supportingResource/${index}${at}`, message))
  }
}

function checkResourceRule({ model, characteristic = [] }: ResourceRule, report: Report): void {
  if (model) checkSource(model, (at, message) => report(`/model${at}`, message))
  checkCharacteristics(characteristic, report)
}

function checkCharacteristics(characteristics: readonly CharacteristicRule[], report: Report): void {
  const names = new Set<string>()
  for (const [index, each] of characteristics.entries()) {
    const pointer = `/characteristic/${index}`
    if (each.name.trim() === '') report(`${pointer}/name`, 'must not be blank')
    if (names.has(each.name)) report(`${pointer}/name`, 'another characteristic has this name')
    names.add(each.name)
    checkSource(each, (at, message) => report(`${pointer}${at}`, message))
  }
}

function checkSource({ value, fromCharacteristic, fromItem, fromOrder }: ValueSource, report: Report): void {
  const given = [value, fromCharacteristic, fromItem, fromOrder].filter(each => each !== undefined)
  if (given.length !== 1) report('', 'needs exactly one of value, fromCharacteristic, fromItem, fromOrder')
  if (value !== undefined && !isScalar(value)) report('/value', 'must be a text, a number, true or false')
  for (const [name, path] of Object.entries({ fromCharacteristic, fromItem, fromOrder })) {
    if (path?.trim() === '') report(`/${name}`, 'must not be blank')
  }
}

function checkAction(action: string, report: Report): void {
  if (!orderItemActions.some(each => each === action)) report('', `must be one of ${orderItemActions.join(', ')}`)
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** @source RFC 6901, section 3 */
function pointerTo(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
