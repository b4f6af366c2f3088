import { DomainError } from '../kernel/errors.ts'
import { allBut, type CodePointRange, LAST_CODE_POINT } from './code-points.ts'
import { parsePattern } from './pattern.ts'
import type { PatternNode } from './pattern-node.ts'

/** How an engine writes what the engines write differently. */
interface PatternSyntax {
  readonly any: string
  readonly start: string
  readonly end: string
  readonly codePoint: (codePoint: number) => string
}

const re2: PatternSyntax = {
  any: '(?s:.)',
  start: '\\A',
  end: '\\z',
  codePoint: codePoint => `\\x{${codePoint.toString(16)}}`
}

const ecmaScript: PatternSyntax = { any: '.', start: '^', end: '$', codePoint: codePoint => `\\u{${codePoint.toString(16)}}` }

/** \x would swallow every hexadecimal digit that follows; \u and \U take exactly four and eight. */
const postgres: PatternSyntax = {
  any: '.',
  start: '\\A',
  end: '\\Z',
  codePoint: codePoint =>
    codePoint > 0xffff ? `\\U${codePoint.toString(16).padStart(8, '0')}` : `\\u${codePoint.toString(16).padStart(4, '0')}`
}

/**
 * A pattern (`parsePattern`) for RE2 and its ports, no flags set.
 *
 * @throws {DomainError} `invalidValue` when the pattern is not of the subset
 */
export function toRe2(pattern: string): string {
  return render(parsed(pattern), re2)
}

/**
 * A pattern (`parsePattern`) for PostgreSQL's `~`, in a UTF-8 database and with no options set. Classes are written out, as `\w` and
 * `\d` depend on the locale there.
 *
 * @throws {DomainError} `invalidValue` when the pattern is not of the subset
 */
export function toPostgres(pattern: string): string {
  return render(parsed(pattern), postgres)
}

/**
 * A pattern (`parsePattern`) for JavaScript's own engine with the flags `su`. That one backtracks: only for patterns that one trusts.
 *
 * @throws {DomainError} `invalidValue` when the pattern is not of the subset
 */
export function toEcmaScript(pattern: string): string {
  return render(parsed(pattern), ecmaScript)
}

function parsed(pattern: string): PatternNode {
  const result = parsePattern(pattern)
  if (!result.ok) throw new DomainError('invalidValue', result.reason)
  return result.pattern
}

function render(node: PatternNode, syntax: PatternSyntax): string {
  switch (node.kind) {
    case 'start':
    case 'end':
      return syntax[node.kind]
    case 'oneOf':
      return renderSet(node.set, syntax)
    case 'sequence':
      return node.items.map(item => (item.kind === 'either' ? group(item, syntax) : render(item, syntax))).join('')
    case 'either':
      return node.branches.map(branch => render(branch, syntax)).join('|')
    case 'repeat':
      return (node.item.kind === 'oneOf' ? render(node.item, syntax) : group(node.item, syntax)) + times(node.min, node.max)
    default:
      return node satisfies never
  }
}

function group(node: PatternNode, syntax: PatternSyntax): string {
  return `(?:${render(node, syntax)})`
}

function times(min: number, max: number | null): string {
  if (max === null) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === max) return `{${min}}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}

function renderSet(set: readonly CodePointRange[], syntax: PatternSyntax): string {
  const others = allBut(set)
  if (others.length === 0) return syntax.any
  if (set.length === 1 && set[0]![0] === set[0]![1]) return renderCodePoint(set[0]![0], syntax)
  const negated = set.at(-1)![1] === LAST_CODE_POINT
  return `[${negated ? '^' : ''}${(negated ? others : set).map(range => renderRange(range, syntax)).join('')}]`
}

function renderRange([first, last]: CodePointRange, syntax: PatternSyntax): string {
  const from = renderCodePoint(first, syntax)
  return first === last ? from : `${from}-${renderCodePoint(last, syntax)}`
}

/** ASCII letters and digits as they are, everything else by number: nothing of that has a meaning of its own anywhere. */
function renderCodePoint(codePoint: number, syntax: PatternSyntax): string {
  const char = String.fromCodePoint(codePoint)
  return /^[A-Za-z0-9]$/.test(char) ? char : syntax.codePoint(codePoint)
}
