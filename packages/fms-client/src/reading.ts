import type { JsonValue } from '@crm-lite/domain'
import type { HttpAnswer } from './exchange.ts'
import { parseJson } from './json.ts'

/** What an answer says, or why nobody can tell: see `FmsFailure` for the codes. */
export type Reading<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'unreadable'; readonly code: string }

export const unreadable = (code: string): Reading<never> => ({ kind: 'unreadable', code })

export function readJson({ text, headers, isTooLong }: HttpAnswer): Reading<JsonValue> {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return unreadable('encoded')
  return isTooLong ? unreadable('tooLong') : parseJson(text)
}

/** @param type what it must be, or be derived from, where it says what it is */
export function readAs<T>(value: unknown, type: string, is: (value: unknown) => value is T): Reading<T> {
  if (!isOfType(value, type)) return unreadable('wrongType')
  return is(value) ? { kind: 'ok', value } : unreadable('invalidAnswer')
}

function isOfType(value: unknown, type: string): boolean {
  if (typeof value !== 'object' || value === null || !('@type' in value)) return true
  return value['@type'] === type || ('@baseType' in value && value['@baseType'] === type)
}
