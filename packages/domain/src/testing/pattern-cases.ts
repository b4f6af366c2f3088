import type * as FastCheck from 'fast-check'
import { parsePattern } from '../query/pattern.ts'

export interface PatternCase {
  /** Of the subset of `parsePattern`. */
  readonly pattern: string
  readonly text: string
}

/** Characters on which engines like to differ: beyond ASCII, digits and letters of other scripts, line ends, blanks, surrogate pairs. */
const CHARACTERS = [...'aabbcAB019_-.*"\\,; \n\r\t\v\u00a0\u0085\u2028ßéЖ٣\uffee\u{1f600}\u{1d4b3}']

/** Patterns that use everything the subset has, each with a text of the same characters, so that a good part of them matches. */
export function patternCases(fc: typeof FastCheck): FastCheck.Arbitrary<PatternCase> {
  const text = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map(chars => chars.join(''))
  return fc.record({ pattern: patterns(fc), text })
}

/** Patterns of the subset. */
export function patterns(fc: typeof FastCheck): FastCheck.Arbitrary<string> {
  const classEscape = fc.constantFrom('\\d', '\\D', '\\w', '\\W', '\\s', '\\S')
  const literal = fc.constantFrom(...CHARACTERS).map(escaped)
  const range = fc.constantFrom('a-c', 'A-Z', '0-9', '!-~', 'ß-Ж', '\u{1d400}-\u{1f600}', '\\t-\\r', 'a-\u{1f600}')
  const members = fc.array(fc.oneof(literal, literal, range, classEscape), { minLength: 1, maxLength: 4 })
  const brackets = fc
    .tuple(fc.constantFrom('[', '[^'), fc.constantFrom('', '', '-'), members)
    .map(([open, hyphen, inside]) => `${open}${hyphen}${inside.join('')}]`)
  const times = fc.constantFrom('*', '+', '?', '{2}', '{0}', '{1,}', '{0,2}', '{2,3}')
  const atom = fc.oneof(
    { weight: 6, arbitrary: literal },
    { weight: 1, arbitrary: fc.constant('.') },
    { weight: 2, arbitrary: classEscape },
    { weight: 2, arbitrary: brackets }
  )
  const { either } = fc.letrec<{ either: string; sequence: string; part: string }>(tie => ({
    part: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: atom },
      { weight: 2, arbitrary: fc.tuple(atom, times).map(([item, repeat]) => item + repeat) },
      { weight: 1, arbitrary: tie('either').map(inner => `(${inner})`) },
      { weight: 1, arbitrary: fc.tuple(tie('either'), times).map(([inner, repeat]) => `(?:${inner})${repeat}`) }
    ),
    sequence: fc.array(tie('part'), { maxLength: 4 }).map(parts => parts.join('')),
    either: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map(branches => branches.join('|'))
  }))
  return fc
    .tuple(fc.constantFrom('', '', '', '^', '^'), either, fc.constantFrom('', '', '', '$', '$'))
    .map(([start, inner, end]) => start + inner + end)
    .filter(text => parsePattern(text).ok)
}

function escaped(char: string): string {
  const controls: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' }
  return controls[char] ?? (/[\^$.*+?()[\]{}|\\-]/.test(char) ? `\\${char}` : char)
}
