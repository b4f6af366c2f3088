import { canonicalInstant } from '@crm-lite/domain'
import type { Database } from 'better-sqlite3'
import { findPattern } from '../find-pattern.ts'

/**
 * Gives a connection the functions that our SQL calls. Each answers NULL for NULL, as SQL functions do.
 *
 * - `crm_instant(text)`: the canonical instant that a text names, or NULL
 * - `crm_regexp(pattern, text)`: 1 when the pattern is found in the text, otherwise 0
 */
export function registerFunctions(database: Database): void {
  database.function('crm_instant', { deterministic: true }, (value: unknown) =>
    typeof value === 'string' ? (canonicalInstant(value) ?? null) : null
  )
  database.function('crm_regexp', { deterministic: true }, (pattern: unknown, text: unknown) => {
    if (typeof pattern !== 'string' || typeof text !== 'string') return null
    return findPattern(pattern, text) ? 1 : 0
  })
}
