import type { ApiFault } from '../representation/api-error.ts'

export const MAX_DEPTH = 32
export const MAX_ARRAY_LENGTH = 1_000

/** What was found, and the way to it from the inside out. */
interface Finding {
  readonly code: 'invalidValue' | 'limitExceeded'
  readonly message: string
  readonly path: string[]
}

/**
 * The first thing in a parsed JSON value that can't be stored on every engine and given back unchanged, or that could do harm:
 * nesting over {@link MAX_DEPTH}, arrays over {@link MAX_ARRAY_LENGTH}, NUL characters and lone surrogates (in names too), numbers
 * beyond the range of a double, an attribute called `__proto__`. Other names of `Object.prototype` do no harm as own attributes.
 *
 * @param text what the value was parsed from, decoded from valid UTF-8, if it was: such characters can only come from escapes in it
 */
export function checkJson(value: unknown, text?: string): ApiFault | undefined {
  const finding = find(value, 1, text === undefined || text.includes('\\u') ? isStorable : anyText)
  if (!finding) return undefined
  const pointer = finding.path.reverse().map(escaped).join('')
  return { code: finding.code, message: finding.message, pointer }
}

type TextCheck = (text: string) => boolean

function find(value: unknown, depth: number, isFine: TextCheck): Finding | undefined {
  if (typeof value === 'string') return isFine(value) ? undefined : invalid('must not hold NUL or half a surrogate pair')
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : invalid('is out of the range of numbers')
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_DEPTH) return exceeded(`must not be nested more than ${MAX_DEPTH} levels deep`)
  return Array.isArray(value) ? findInArray(value, depth, isFine) : findInObject(value, depth, isFine)
}

function findInArray(items: readonly unknown[], depth: number, isFine: TextCheck): Finding | undefined {
  if (items.length > MAX_ARRAY_LENGTH) return exceeded(`must not have more than ${MAX_ARRAY_LENGTH} elements`)
  for (let index = 0; index < items.length; index++) {
    const finding = find(items[index], depth + 1, isFine)
    if (finding) return at(String(index), finding)
  }
  return undefined
}

function findInObject(value: object, depth: number, isFine: TextCheck): Finding | undefined {
  for (const name of Object.keys(value)) {
    if (name === '__proto__' || !isFine(name)) return invalid('has an attribute whose name is not allowed')
    const finding = find((value as Readonly<Record<string, unknown>>)[name], depth + 1, isFine)
    if (finding) return at(name, finding)
  }
  return undefined
}

function anyText(): boolean {
  return true
}

function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}

function at(name: string, finding: Finding): Finding {
  finding.path.push(name)
  return finding
}

function invalid(message: string): Finding {
  return { code: 'invalidValue', message, path: [] }
}

function exceeded(message: string): Finding {
  return { code: 'limitExceeded', message, path: [] }
}

/** @source RFC 6901, section 3 */
function escaped(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
