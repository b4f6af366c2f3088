import type { JsonObject, JsonValue } from '@crm-lite/domain'

/** Deeper than any service order, and shallow enough for everything that walks through it. */
const MAX_DEPTH = 64

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
 * takes (NUL, halves of surrogate pairs) are replaced, and numbers that JSON cannot write (1e999) are null. What is in order already, as
 * nearly everything is, is not copied.
 *
 * @param value out of `JSON.parse`
 */
export function tidied(value: unknown): ParsedJson {
  try {
    return { kind: 'ok', value: tidy(value, 'drop', MAX_DEPTH) }
  } catch (error) {
    if (error instanceof TooDeep) return { kind: 'unreadable', code: 'tooDeep' }
    throw error
  }
}

class TooDeep extends Error {}

function tidy(value: unknown, nulls: 'drop' | 'keep', levels: number): JsonValue {
  switch (typeof value) {
    case 'string':
      return storable(value)
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      return Array.isArray(value) ? tidyArray(value, nulls, levels) : tidyObject(value as JsonObject, nulls, levels)
    default:
      return null
  }
}

function tidyArray(value: readonly JsonValue[], nulls: 'drop' | 'keep', levels: number): JsonValue {
  if (levels === 0 && value.length > 0) throw new TooDeep()
  let copy: JsonValue[] | undefined
  for (let index = 0; index < value.length; index++) {
    const inner = tidy(value[index], nulls, levels - 1)
    if (inner === value[index]) continue
    copy ??= [...value]
    copy[index] = inner
  }
  return copy ?? value
}

function tidyObject(value: JsonObject, nulls: 'drop' | 'keep', levels: number): JsonValue {
  const keys = Object.keys(value)
  if (levels === 0 && keys.length > 0) throw new TooDeep()
  let isTidy = true
  const inners = keys.map(key => {
    const inner = tidy(value[key], key === 'value' ? 'keep' : nulls, levels - 1)
    isTidy &&= inner === value[key] && (inner !== null || nulls === 'keep' || key === 'value') && storable(key) === key
    return inner
  })
  if (isTidy) return value
  const entries = keys.map((key, index): [string, JsonValue] => [key, inners[index]!])
  const kept = entries.filter(([key]) => value[key] !== null || nulls === 'keep' || key === 'value')
  return Object.fromEntries(kept.map(([key, inner]) => [storable(key), inner]))
}

function storable(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\uFFFD')
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
