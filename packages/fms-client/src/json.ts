import type { JsonObject, JsonValue } from '@crm-lite/domain'

/** Deeper than any service order, and shallow enough for everything that walks through it. */
const MAX_DEPTH = 64

/** Halves of surrogate pairs on their own, and NUL. */
const UNSTORABLE = /\p{Surrogate}|\0/gu

export type ParsedJson =
  | { readonly kind: 'ok'; readonly value: JsonValue }
  | { readonly kind: 'unreadable'; readonly code: 'emptyAnswer' | 'notJson' | 'tooDeep' }

/** JSON as others write it, brought into a form that can be stored: see {@link tidied}. */
export function parseJson(text: string): ParsedJson {
  if (text.trim() === '') return { kind: 'unreadable', code: 'emptyAnswer' }
  try {
    return tidied(JSON.parse(text))
  } catch {
    return { kind: 'unreadable', code: 'notJson' }
  }
}

/**
 * Attributes that are null are as good as absent, but for what `value` holds, where null may be meant. Characters that no database
 * takes (NUL, halves of surrogate pairs) are replaced, and numbers that JSON cannot write (1e999) are null.
 */
export function tidied(value: unknown): ParsedJson {
  if (isDeeperThan(value, MAX_DEPTH)) return { kind: 'unreadable', code: 'tooDeep' }
  return { kind: 'ok', value: tidy(value, 'drop') }
}

function tidy(value: unknown, nulls: 'drop' | 'keep'): JsonValue {
  switch (typeof value) {
    case 'string':
      return storable(value)
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      return Array.isArray(value) ? value.map(each => tidy(each, nulls)) : tidyObject(value, nulls)
    default:
      return null
  }
}

function tidyObject(value: object, nulls: 'drop' | 'keep'): JsonValue {
  const entries: [string, JsonValue][] = []
  for (const [key, inner] of Object.entries(value)) {
    const within = key === 'value' ? 'keep' : nulls
    if (inner !== null || within === 'keep') entries.push([storable(key), tidy(inner, within)])
  }
  return Object.fromEntries(entries)
}

function storable(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD')
}

/** Nothing recursive: that is what is looked for. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= limit; depth++) {
    const next: unknown[] = []
    for (const each of level)
      if (typeof each === 'object' && each !== null) for (const inner of Object.values(each)) next.push(inner)
    if (next.length === 0) return false
    level = next
  }
  return true
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
