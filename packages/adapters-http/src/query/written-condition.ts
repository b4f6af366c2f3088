import type { QueryParameter } from './parse-query-string.ts'

/** A condition as it is written: nothing is looked up, quotes are still there. */
export interface WrittenCondition {
  /** Dotted, perhaps with an operator as suffix. */
  readonly path: string
  /** `=`, a literal operator, or `[` for conditions on one element, which `value` then holds. */
  readonly operator: string
  readonly value: string
}

const PATH = /^[^[\]<>=!*~";,]+$/
const CONDITION = /^([^[\]<>=!*~";,]+)(\[|>=|<=|==|=~|\*=|!=|>|<|=)(.*)$/s

/** Reads a decoded text such as `name.like=A*`, `orderDate>=2026-01-31` or `relatedParty[role=owner]`. */
export function readCondition(text: string): WrittenCondition | undefined {
  const [, path, operator, value] = CONDITION.exec(text) ?? []
  return path === undefined || operator === undefined || value === undefined ? undefined : { path, operator, value }
}

/**
 * Reads a parameter. A value that begins with an encoded `=` or `~` (`name=%3Dx`) is that value; with a raw one (`name==x`, `name=~x`)
 * it is an operator.
 */
export function readParameter(parameter: QueryParameter): WrittenCondition | undefined {
  const { name, value, raw } = parameter
  if (value === undefined) return readCondition(name)
  const first = raw[raw.indexOf('=') + 1]
  if (first !== '=' && first !== '~' && PATH.test(name)) return { path: name, operator: '=', value }
  return readCondition(`${name}=${value}`)
}
