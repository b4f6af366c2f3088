import { everything, type Filter } from '@crm-lite/domain'
import type { AttributeTree } from '../binding.ts'
import { type Extensions, type FoundAttribute, findAttribute, withExtensions } from './attribute-lookup.ts'
import { badQuery, invalidValue, unknownAttribute } from './bad-query.ts'
import { buildCondition, type Condition } from './build-condition.ts'
import { buildHrefCondition } from './href-condition.ts'
import { literalOperators, type Operator, suffixOperators } from './operators.ts'
import type { QueryParameter } from './parse-query-string.ts'
import { splitUnquoted, unquote } from './quoted-text.ts'
import { readCondition, readParameter, type WrittenCondition } from './written-condition.ts'

export interface FilterContext {
  readonly attributes: AttributeTree
  /**
   * Where the collection is served, as clients reach it, with a slash at the end: `href` is this and the id. Absent: `href` is an
   * attribute like any other.
   */
  readonly hrefBase?: string
  readonly extensions?: Extensions | undefined
}

/** Where the conditions being read start: the resource, or an element of one of its arrays. */
interface Scope {
  readonly attributes: AttributeTree
  readonly hrefBase?: string
  /** Counts what is read, over all scopes of a query. */
  readonly budget: { conditions: number }
}

/** Names that are never attributes. An attribute called so can still be reached with an operator: `filter.eq=x`. */
export const SELECTION_PARAMETERS: ReadonlySet<string> = new Set(['fields', 'sort', 'limit', 'offset', 'cursor'])
const UNSUPPORTED_PARAMETERS: ReadonlySet<string> = new Set(['filter', 'depth', 'expand'])

const MAX_CONDITIONS = 100
const MAX_VALUES = 200

/**
 * The filter that the parameters of a list make up, those of the selection (`fields`, `sort` ...) left aside.
 *
 * - Parameters are ANDed. `name=a,b`, `name=a&name=b` and `name=a;name=b` are ORs; a repeated name with an operator is that operator
 *   with a list (`x.ne=a&x.ne=b` is `x.nin=a,b`). What follows a semicolon is a whole condition, on any attribute.
 * - `relatedParty[role=owner,name=Asha]`: conditions, ANDed, on one and the same element of an array. A part without an operator goes on
 *   with the list before it (`[role=owner,user]`). Repeated brackets are ANDed: each may be satisfied by an element of its own.
 * - Within double quotes comma, semicolon and brackets are literal; the quotes are dropped, `\"` is one that stays. Other backslashes are
 *   left alone. A regular expression is never split at commas, and only its semicolons need quotes.
 * - Operators: the suffixes, `=`, and instead of `=` also `== != > >= < <= =~ *=`. Lists are fine with all but `.regex` and `.isnull`; they
 *   mean any of the values, with `.ne` and `.nin` none. An attribute that is called like an operator wins.
 * - Ranges suit everything but booleans, text operators texts and values of free type. An object can only be asked for `.isnull`.
 * - An empty value is the empty text.
 *
 * @throws {ApiError} 400 `unknownAttribute`, `unknownParameter`, `invalidValue`
 */
export function parseFilter(parameters: readonly QueryParameter[], context: FilterContext): Filter {
  const conditions = parameters.filter(({ name }) => !SELECTION_PARAMETERS.has(name))
  if (conditions.length === 0) return everything
  const { hrefBase, attributes, extensions } = context
  const scope: Scope = {
    attributes: withExtensions(attributes, extensions),
    ...(hrefBase !== undefined && { hrefBase }),
    budget: { conditions: 0 }
  }
  const filters: Filter[] = []
  const simple: Condition[] = []
  for (const parameter of conditions) {
    if (UNSUPPORTED_PARAMETERS.has(parameter.name)) {
      throw badQuery(parameter.name, 'unknownParameter', 'this parameter of the standard is not supported')
    }
    const alternatives = readAlternatives(parameter).map(written => readScoped(written, scope))
    const [only] = alternatives
    if (alternatives.length > 1) filters.push(joined('or', asFilters(pooled(alternatives, ['ne']), scope)))
    else if (only && isCondition(only)) simple.push(only)
    else if (only) filters.push(only)
  }
  return joined('and', [...asFilters(pooled(simple), scope), ...filters])
}

/** The conditions that semicolons separate. */
function readAlternatives(parameter: QueryParameter): WrittenCondition[] {
  const written = readParameter(parameter)
  if (!written) throw unreadable(parameter.name)
  const [value = '', ...more] = splitUnquoted(written.value, ';', written.path)
  return [{ ...written, value }, ...more.map(text => readCondition(text) ?? throwUnreadable(written.path))]
}

function unreadable(name: string) {
  const message = 'not a condition: write name=value, and put commas and semicolons of a value in double quotes'
  return /[<>=!*~";,]/.test(name) ? invalidValue('', message) : invalidValue(name, message)
}

function throwUnreadable(name: string): never {
  throw unreadable(name)
}

function readScoped(written: WrittenCondition, scope: Scope): Condition | Filter {
  if (++scope.budget.conditions > MAX_CONDITIONS)
    throw invalidValue(written.path, `a query has at most ${MAX_CONDITIONS} conditions`)
  return written.operator === '[' ? readElement(written, scope) : lookUp(written, scope)
}

function lookUp({ path, operator: literal, value }: WrittenCondition, { attributes }: Scope): Condition {
  const { attribute, operator } = attributeAndOperator(path, literal, attributes)
  const whole = operator === 'regex' || operator === 'isNull'
  const texts = whole ? [unquote(value)] : splitUnquoted(value, ',', path).map(unquote)
  return { name: path, attribute, operator, texts }
}

function attributeAndOperator(
  path: string,
  literal: string,
  attributes: AttributeTree
): { attribute: FoundAttribute; operator: Operator } {
  const operator = literalOperators.get(literal)
  const attribute = findAttribute(attributes, path)
  if (attribute) return { attribute, operator: operator ?? 'eq' }
  const dot = path.lastIndexOf('.')
  const suffix = suffixOperators.get(path.slice(dot + 1))
  const owner = dot > 0 && suffix ? findAttribute(attributes, path.slice(0, dot)) : undefined
  if (!owner || !suffix) throw unknownAttribute(path)
  if (operator) throw invalidValue(path, 'an operator as a suffix goes with =')
  return { attribute: owner, operator: suffix }
}

function readElement({ path, value }: WrittenCondition, { attributes, budget }: Scope): Filter {
  const array = findAttribute(attributes, path)
  if (!array) throw unknownAttribute(path)
  const { many, attributes: below } = array.node
  if (!many || !below) throw invalidValue(path, 'only an array of objects takes conditions in brackets')
  if (!value.endsWith(']')) throw invalidValue(path, 'the brackets must end the condition')
  const scope = { attributes: below, budget }
  const inner = elementConditions(value.slice(0, -1), path).map(written => readScoped(written, scope))
  return { kind: 'element', path: { segments: array.segments }, filter: joined('and', asFilters(pooled(inner), scope)) }
}

function elementConditions(text: string, path: string): WrittenCondition[] {
  if (splitUnquoted(text, ';', path).length > 1) throw invalidValue(path, 'between brackets semicolons belong in double quotes')
  const texts: string[] = []
  for (const part of splitUnquoted(text, ',', path, true)) {
    if (texts.length > 0 && !readCondition(part)) texts.push(`${texts.pop()},${part}`)
    else texts.push(part)
  }
  return texts.map(each => readCondition(each) ?? throwUnreadable(path))
}

function isCondition(each: Condition | Filter): each is Condition {
  return 'texts' in each
}

/** Conditions with the same attribute and operator become one, at the place of the first; `apart` are operators left alone. */
function pooled(all: readonly (Condition | Filter)[], apart: readonly Operator[] = []): (Condition | Filter)[] {
  const pools = new Map<unknown, Condition | Filter>()
  for (const each of all) {
    const key =
      isCondition(each) && !apart.includes(each.operator)
        ? `${each.operator} ${each.attribute.segments.map(({ name }) => name).join('.')}`
        : each
    const earlier = pools.get(key)
    pools.set(
      key,
      earlier && isCondition(earlier) && isCondition(each) ? { ...earlier, texts: [...earlier.texts, ...each.texts] } : each
    )
  }
  return [...pools.values()]
}

function asFilters(all: readonly (Condition | Filter)[], { hrefBase }: Scope): Filter[] {
  return all.map(each => {
    if (!isCondition(each)) return each
    if (each.texts.length > MAX_VALUES) throw invalidValue(each.name, `a list has at most ${MAX_VALUES} values`)
    const { segments } = each.attribute
    const isHref = hrefBase !== undefined && segments.length === 1 && segments[0]!.name === 'href'
    return isHref ? buildHrefCondition(each, hrefBase) : buildCondition(each)
  })
}

function joined(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  return filters.length === 1 ? filters[0]! : { kind, filters }
}
