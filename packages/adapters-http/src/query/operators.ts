/** What a condition does. `in` and `nin` are other names of `eq` and `ne`, which take lists too. */
export type Operator =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'regex'
  | 'like'
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'isNull'

/** As they are written behind an attribute: `name.startswith=A`. */
export const suffixOperators: ReadonlyMap<string, Operator> = new Map([
  ['eq', 'eq'],
  ['in', 'eq'],
  ['ne', 'ne'],
  ['nin', 'ne'],
  ['gt', 'gt'],
  ['gte', 'gte'],
  ['lt', 'lt'],
  ['lte', 'lte'],
  ['regex', 'regex'],
  ['like', 'like'],
  ['contains', 'contains'],
  ['startswith', 'startsWith'],
  ['endswith', 'endsWith'],
  ['isnull', 'isNull']
])

/** As they are written instead of `=`, percent-encoded or not: `orderDate>2026-01-31`. `=` is missing: it leaves room for a suffix. */
export const literalOperators: ReadonlyMap<string, Operator> = new Map([
  ['==', 'eq'],
  ['!=', 'ne'],
  ['>', 'gt'],
  ['>=', 'gte'],
  ['<', 'lt'],
  ['<=', 'lte'],
  ['=~', 'regex'],
  ['*=', 'regex']
])
