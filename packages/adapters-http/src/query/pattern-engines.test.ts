import { type PatternNode, parsePattern, toEcmaScript, toRe2 } from '@crm-lite/domain'
import { patternCases } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import { RE2JS } from 're2js'
import t from 'tap'

/** Where matches of a node end that start at one of these positions: the definition, and slow. */
function endsOf(node: PatternNode, text: readonly string[], starts: ReadonlySet<number>): Set<number> {
  switch (node.kind) {
    case 'start':
      return new Set([...starts].filter(position => position === 0))
    case 'end':
      return new Set([...starts].filter(position => position === text.length))
    case 'oneOf':
      return new Set([...starts].filter(position => isOneOf(text[position], node.set)).map(position => position + 1))
    case 'sequence':
      return node.items.reduce((ends, item) => endsOf(item, text, ends), new Set(starts))
    case 'either':
      return new Set(node.branches.flatMap(branch => [...endsOf(branch, text, starts)]))
    case 'repeat': {
      const ends = new Set(node.min === 0 ? starts : [])
      let reached: Set<number> = new Set(starts)
      for (let times = 1; times <= (node.max ?? node.min + text.length); times++) {
        reached = endsOf(node.item, text, reached)
        if (times >= node.min) for (const end of reached) ends.add(end)
      }
      return ends
    }
    default:
      return node satisfies never
  }
}

function isOneOf(char: string | undefined, set: readonly (readonly [number, number])[]): boolean {
  const codePoint = char?.codePointAt(0)
  return codePoint !== undefined && set.some(([first, last]) => first <= codePoint && codePoint <= last)
}

function found(pattern: string, text: string): boolean {
  const parsed = parsePattern(pattern)
  if (!parsed.ok) throw new Error(parsed.reason)
  const chars = [...text]
  return endsOf(parsed.pattern, chars, new Set(chars.map((_, position) => position).concat(chars.length))).size > 0
}

const findInRe2 = (pattern: string, text: string) => RE2JS.compile(toRe2(pattern)).matcher(text).find()

t.test('RE2 finds generated patterns exactly where their definition does', async t => {
  const seen = { true: 0, false: 0 }
  fc.assert(
    fc.property(patternCases(fc), ({ pattern, text }) => {
      const expected = found(pattern, text)
      seen[`${expected}`]++
      return findInRe2(pattern, text) === expected
    }),
    { numRuns: 2000 }
  )
  t.ok(seen.true > 400 && seen.false > 400, `of both outcomes there are enough: ${JSON.stringify(seen)}`)
})

t.test('JavaScript finds them too', async t => {
  let compared = 0
  fc.assert(
    fc.property(patternCases(fc), ({ pattern, text }) => {
      // It tries out every way to share a text between nested repeats: some take it for ever.
      if (/[)\]][*+{?].*[)\]][*+{?]/.test(pattern)) return true
      compared++
      return found(pattern, text) === new RegExp(toEcmaScript(pattern), 'su').test(text)
    }),
    { numRuns: 1000 }
  )
  t.ok(compared > 300, `${compared} were compared`)
})

t.test('each form means what is promised', async t => {
  const hits: [pattern: string, text: string][] = [
    ['', ''],
    ['b', 'abc'],
    ['^a.c$', 'a\nc'],
    ['^.$', '\u{1f600}'],
    ['^[\u{1f600}-\u{1f64f}]{2}$', '\u{1f601}\u{1f602}'],
    ['^[^a]$', '\n'],
    ['a\\.b', 'a.b'],
    ['^\\s+$', ' \t\n\v\f\r'],
    ['^\\w+$', 'aZ_09'],
    ['^(ab|cd)+$', 'abcdab'],
    ['x{2,}', 'axxb'],
    ['[\\]\\\\]', '\\'],
    ['^[-a]+$', '-a-'],
    ['^(|a)$', '']
  ]
  const misses: [pattern: string, text: string][] = [
    ['A', 'a'],
    ['^b', 'a\nb'],
    ['a$', 'a\n'],
    ['^.$', 'ab'],
    ['\\w', 'é'],
    ['\\d', '\u0663'],
    ['\\s', '\u00a0'],
    ['a^b', 'ab'],
    ['^x{2,3}$', 'xxxx'],
    ['a{0}b', 'a']
  ]
  const inBoth = ([pattern, text]: [string, string]) => found(pattern, text) && findInRe2(pattern, text)
  const inAny = ([pattern, text]: [string, string]) => found(pattern, text) || findInRe2(pattern, text)
  t.same(
    hits.filter(each => !inBoth(each)),
    []
  )
  t.same(misses.filter(inAny), [])
})
