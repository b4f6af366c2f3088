import { allBut, type CodePointRange, codePointSet, LAST_CODE_POINT, only } from './code-points.ts'
import { hasAnchor, type PatternNode, sizeOf } from './pattern-node.ts'

export type ParsedPattern =
  | { readonly ok: true; readonly pattern: PatternNode }
  /** For people, and without any part of the pattern. */
  | { readonly ok: false; readonly reason: string }

/** In code points. */
export const MAX_PATTERN_LENGTH = 128
/** The `m` of `{n,m}`. */
export const MAX_PATTERN_REPEATS = 100
/**
 * Code points that a pattern names once every bounded repeat is written out, nested ones multiplied. Repeats of what can be empty count
 * squared: PostgreSQL needs that long to prepare them (13 s for `((a?){0,20}){0,50}`).
 */
export const MAX_PATTERN_SIZE = 1000

/**
 * Reads a regular expression, in the subset that means the same everywhere. It is found anywhere in a text unless anchored, regards
 * case, and works by code point.
 *
 * | form | meaning |
 * |---|---|
 * | `a`, `\.` | itself; a backslash makes any ASCII punctuation literal, and `^ $ . * + ? ( ) [ ] { } \| \` need one |
 * | `.` | any code point, line breaks too |
 * | `[a-z_]`, `[^a-z]` | one of, none of; inside, `[ ] \` need a backslash, `^` unless it is not first, `-` unless it is first or last |
 * | `\d \w \s`, `\D \W \S` | ASCII digits; ASCII letters, digits and `_`; blank, `\t \n \v \f \r`; and all but those. In brackets too |
 * | `\t \n \v \f \r` | the control characters |
 * | `^`, `$` | the very start and end of the text; not to be repeated |
 * | `(...)`, `(?:...)`, `a\|b` | groups (nothing is captured) and alternatives, which may be empty |
 * | `* + ?`, `{n} {n,} {n,m}` | repeats, n and m at most 100 |
 *
 * Refused: everything else, such as back references, look-around, lazy and possessive repeats, repeated repeats, flags, `\b`, `\p`,
 * POSIX classes; more than 128 code points; and repeats that come to more than 1,000 code points when written out.
 */
export function parsePattern(text: string): ParsedPattern {
  try {
    return { ok: true, pattern: new PatternReader(text).read() }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message }
    throw error
  }
}

class Refused extends Error {}

const DIGIT: readonly CodePointRange[] = [[0x30, 0x39]]
const WORD: readonly CodePointRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a]
]
const SPACE: readonly CodePointRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20]
]

const CLASS_ESCAPES: ReadonlyMap<string, readonly CodePointRange[]> = new Map([
  ['d', DIGIT],
  ['D', allBut(DIGIT)],
  ['w', WORD],
  ['W', allBut(WORD)],
  ['s', SPACE],
  ['S', allBut(SPACE)]
])

const CONTROL_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r']
])

const ASCII_PUNCTUATION = /^[ -/:-@[-`{-~]$/

class PatternReader {
  readonly #chars: readonly string[]
  #next = 0

  constructor(text: string) {
    if (/[\0\p{Surrogate}]/u.test(text)) throw new Refused('the pattern holds a character that no text can hold')
    this.#chars = [...text]
    if (this.#chars.length > MAX_PATTERN_LENGTH) throw new Refused(`a pattern has at most ${MAX_PATTERN_LENGTH} characters`)
  }

  read(): PatternNode {
    const pattern = this.#either()
    if (this.#next < this.#chars.length) throw new Refused('a closing parenthesis has no opening one')
    if (sizeOf(pattern) > MAX_PATTERN_SIZE) {
      throw new Refused(`the repeats come to more than ${MAX_PATTERN_SIZE} characters when written out`)
    }
    return pattern
  }

  #either(): PatternNode {
    const branches = [this.#sequence()]
    while (this.#take('|')) branches.push(this.#sequence())
    return branches.length === 1 ? branches[0]! : { kind: 'either', branches }
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = []
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek()) {
      items.push(this.#repeated(this.#atom()))
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  #atom(): PatternNode {
    const char = this.#chars[this.#next++]!
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'oneOf', set: this.#class() }
      case '.':
        return { kind: 'oneOf', set: [[0, LAST_CODE_POINT]] }
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '\\':
        return { kind: 'oneOf', set: this.#escape() }
      default:
        if ('*+?{'.includes(char)) throw new Refused('a repeat follows nothing that could be repeated')
        if (char === ']' || char === '}') throw new Refused('a closing bracket or brace needs a backslash to be literal')
        return { kind: 'oneOf', set: [only(char)] }
    }
  }

  #group(): PatternNode {
    if (this.#take('?') && !this.#take(':')) throw new Refused('of the special groups only (?:...) is supported')
    const inner = this.#either()
    if (!this.#take(')')) throw new Refused('an opening parenthesis has no closing one')
    return inner
  }

  #repeated(item: PatternNode): PatternNode {
    const times = this.#times()
    if (!times) return item
    if (hasAnchor(item)) throw new Refused('^ and $ cannot be repeated')
    if ('*+?{'.includes(this.#peek() ?? ' ')) throw new Refused('a repeat cannot be repeated, nor be lazy or possessive')
    return { kind: 'repeat', item, ...times }
  }

  #times(): { min: number; max: number | null } | undefined {
    if (this.#take('*')) return { min: 0, max: null }
    if (this.#take('+')) return { min: 1, max: null }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (!this.#take('{')) return undefined
    const min = this.#number()
    const max = this.#take(',') ? (this.#peek() === '}' ? null : this.#number()) : min
    if (!this.#take('}')) throw new Refused('a repeat is written {n}, {n,} or {n,m}; a literal brace needs a backslash')
    if (max !== null && max < min) throw new Refused('in {n,m} m must not be less than n')
    return { min, max }
  }

  #number(): number {
    let digits = ''
    while (/^[0-9]$/.test(this.#peek() ?? '')) digits += this.#chars[this.#next++]
    if (!digits) throw new Refused('a repeat is written {n}, {n,} or {n,m}; a literal brace needs a backslash')
    if (Number(digits) > MAX_PATTERN_REPEATS) throw new Refused(`something can be repeated at most ${MAX_PATTERN_REPEATS} times`)
    return Number(digits)
  }

  /** What stands between brackets, the opening one already read. */
  #class(): CodePointRange[] {
    const negated = this.#take('^')
    const ranges: CodePointRange[] = []
    for (let first = true; !this.#take(']'); first = false) ranges.push(...this.#classItem(first))
    if (ranges.length === 0) throw new Refused('there is nothing between the brackets')
    const set = negated ? allBut(codePointSet(ranges)) : codePointSet(ranges)
    if (set.length === 0) throw new Refused('no character is left by the brackets')
    return set
  }

  #classItem(isFirst: boolean): readonly CodePointRange[] {
    const from = this.#classMember(isFirst)
    if (this.#peek() !== '-' || this.#chars[this.#next + 1] === ']') return from
    this.#next++
    const to = this.#classMember(true)
    if (!isSingle(from) || !isSingle(to) || from[0][0] > to[0][0]) {
      throw new Refused('a range between brackets goes from one character to a later one')
    }
    return [[from[0][0], to[0][0]]]
  }

  #classMember(hyphenIsLiteral: boolean): readonly CodePointRange[] {
    const char = this.#chars[this.#next++]
    if (char === undefined) throw new Refused('an opening bracket has no closing one')
    if (char === '\\') return this.#escape()
    if (char === '[' || char === ']') throw new Refused('a bracket between brackets needs a backslash')
    if (char === '-' && !hyphenIsLiteral && this.#peek() !== ']') {
      throw new Refused('a hyphen between brackets must be first, last or follow a backslash')
    }
    return [only(char)]
  }

  /** The backslash is already read. */
  #escape(): readonly CodePointRange[] {
    const char = this.#chars[this.#next++]
    if (char === undefined) throw new Refused('a backslash has nothing to follow it')
    const set = CLASS_ESCAPES.get(char)
    if (set) return set
    const control = CONTROL_ESCAPES.get(char)
    if (control) return [only(control)]
    if (!ASCII_PUNCTUATION.test(char)) throw new Refused('this letter or digit behind a backslash has no meaning here')
    return [only(char)]
  }

  #peek(): string | undefined {
    return this.#chars[this.#next]
  }

  #take(char: string): boolean {
    if (this.#chars[this.#next] !== char) return false
    this.#next++
    return true
  }
}

function isSingle(set: readonly CodePointRange[]): set is readonly [CodePointRange] {
  return set.length === 1 && set[0]![0] === set[0]![1]
}
