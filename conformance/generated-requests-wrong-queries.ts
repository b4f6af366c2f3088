import type { AttributeNode, ResourceBinding } from '@crm-lite/adapters-http'
import { CANARY, writtenQueriesOn } from '@crm-lite/adapters-http/testing'
import * as fc from 'fast-check'
import { inUrl, isSortable, namesOf, selections } from './generated-requests-reads.ts'
import type { Step } from './generated-requests-story.ts'

/** What a list cannot be asked for, or perhaps. */
export function wrongQueries(binding: ResourceBinding): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 6, arbitrary: listingWrongly(binding) },
    { weight: 2, arbitrary: mutatedListing(binding) },
    { weight: 1, arbitrary: cursorOfAnotherList }
  )
}

/** Parameters that are wrong by themselves, and the code that says so. */
function wrongParameters(binding: ResourceBinding): fc.Arbitrary<readonly [parameter: string, code: string]> {
  const ofType = (type: AttributeNode['type']) => namesOf(binding, node => node.type === type)
  const invalid = (parameter: fc.Arbitrary<string>) => parameter.map(each => [each, 'invalidValue'] as const)
  const unknown = (parameter: fc.Arbitrary<string>) => parameter.map(each => [each, 'unknownAttribute'] as const)
  const wrong = fc.constantFrom(CANARY, '', 'null', '%22%22', '2026-02-30', '1e999', '0x10', 'TRUE', '%D9%A3')
  const badNumbers = fc.constantFrom(
    '',
    '-1',
    '1.5',
    '1e2',
    ' 1',
    '%2B1',
    '0x1',
    CANARY,
    '9007199254740993',
    '9'.repeat(40),
    '1,2',
    '%D9%A3'
  )
  return fc.oneof(
    invalid(badNumbers.map(each => `limit=${each}`)),
    invalid(fc.constantFrom('limit=0', 'limit=201', 'limit=1&limit=2', 'offset=1&offset=1', 'limit')),
    invalid(badNumbers.map(each => `offset=${each}`)),
    invalid(fc.tuple(ofType('dateTime'), wrong).map(([name, value]) => `${name}=${value}`)),
    invalid(
      fc.tuple(ofType('dateTime'), fc.constantFrom('like', 'contains', 'regex')).map(([name, suffix]) => `${name}.${suffix}=a`)
    ),
    invalid(namesOf(binding, node => node.type === 'object').map(name => `${name}=${CANARY}`)),
    invalid(fc.tuple(namesOf(binding), wrong).map(([name, value]) => `${name}.isnull=${value}`)),
    invalid(
      fc
        .tuple(ofType('string'), fc.constantFrom(...hostilePatterns))
        .map(([name, pattern]) => `${name}.regex=${encodeURIComponent(pattern)}`)
    ),
    invalid(namesOf(binding, isSortable).map(name => `sort=${name},-${name}`)),
    fc.constantFrom(...brokenQueries).map(each => [each, ''] as const),
    unknown(
      fc
        .constantFrom('nope', 'name.nope', '__proto__', 'constructor.name', 'name.eq.eq', '@type.x', 'a.b.c.d', '..')
        .map(name => `${name}=${CANARY}`)
    ),
    unknown(fc.constantFrom('fields', 'sort').map(name => `${name}=${CANARY}`)),
    fc.constantFrom([`filter=${CANARY}`, 'unknownParameter'] as const, ['depth=1', 'unknownParameter'] as const),
    fc
      .constantFrom(CANARY, '', 'a%00b', 'WzFd', 'e30', 'bnVsbA', 'x'.repeat(3000), '%F0%9F%98%80')
      .map(each => [`cursor=${each}`, 'invalidCursor'] as const)
  )
}

const hostilePatterns: readonly string[] = [
  ...String.raw`( [ a{ * +a a** \ \1 (a)\1 (?=a) (?<n>a) (?i)a a*? a++ \bx \p{L} [[:alpha:]] [z-a] \x41 \u0041 a{101} a{2,1}`.split(
    ' '
  ),
  ...['((a{100}){100}){100}', '((a?){0,20}){0,50}', 'x'.repeat(129), `${CANARY}(`]
]

const brokenQueries: readonly string[] = [
  ...`name=% name=%zz name=%ff name=%E9 name=%c0%80 name=%ed%a0%80 name=%00 name=${CANARY}%00 %00=1 name="${CANARY}`.split(' '),
  ...`name=%22 name=a; ; name name=a;b = =x name[a=${CANARY}] name.gt>1 relatedParty[ relatedParty[] relatedParty[role=a`.split(
    ' '
  ),
  ...'relatedParty[role=a]b relatedParty[role=a;b] relatedParty[role="a]'.split(' '),
  ...[Array.from({ length: 101 }, () => 'name=a').join('&'), `name=${'a,'.repeat(201)}`, `name=${'x'.repeat(8_200)}`]
]

function listingWrongly(binding: ResourceBinding): fc.Arbitrary<Step> {
  return fc.tuple(wrongParameters(binding), selections(binding)).map(([[parameter, code], selection]) => async story => {
    const name = parameter.split('=')[0]!
    const others = selection.filter(each => !each.startsWith(`${name}=`) && !(name === 'cursor' && each.startsWith('offset=')))
    const path = inUrl(`${story.collection.path}?${[...others, parameter].join('&')}`)
    const exchange = await story.send({ method: 'GET', path })
    exchange.expectStatus(400)
    exchange.expect(/"code":"(unknown|invalid)/.test(exchange.answer.text), 'not about the query')
    // What can't be decoded is refused as such.
    if (code !== '' && !/%00/.test(parameter)) exchange.expectCode(code)
  })
}

const pieces = [
  ...'.eq .ne .regex .isnull = == =~ *= > < ! [ ] & ; , " \\ - + . # % %2C %3D %00 %C3%A9 %F0%9F%98%80 %ED%A0%80'.split(' '),
  ...'sort= fields= limit= offset= cursor= id href'.split(' ')
]

/** A good query with something put in or taken out: a list or a 400. */
function mutatedListing(binding: ResourceBinding): fc.Arbitrary<Step> {
  const mutation = fc.record({ at: fc.nat(), drop: fc.nat({ max: 4 }), piece: fc.constantFrom(...pieces) })
  return fc
    .tuple(writtenQueriesOn(binding.attributes), selections(binding), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([written, selection, mutations]) => async story => {
      const good = [written.query, ...selection].filter(each => each !== '').join('&')
      const query = mutations.reduce((text, { at, drop, piece }) => {
        const position = at % (text.length + 1)
        return text.slice(0, position) + piece + text.slice(position + drop)
      }, good)
      const exchange = await story.send({ method: 'GET', path: inUrl(`${story.collection.path}?${query}`) })
      exchange.expectStatus(200, 206, 400)
    })
}

/** A cursor belongs to its filter and order. There is one when other stories have resources too. */
const cursorOfAnotherList: fc.Arbitrary<Step> = fc
  .constantFrom('sort=@type', 'sort=-id', 'id.ne=nobody', '@type=x', 'sort=@type,id')
  .map(other => async story => {
    const { path } = story.collection
    const first = await story.send({ method: 'GET', path: `${path}?limit=1` })
    const [, cursor] = /cursor=([\w-]+)[^>]*>; rel="next"/.exec(String(first.answer.headers['link'])) ?? []
    if (cursor === undefined) return
    const own = await story.send({ method: 'GET', path: `${path}?cursor=${cursor}&limit=2` })
    own.expectStatus(200, 206)
    const exchange = await story.send({ method: 'GET', path: `${path}?cursor=${cursor}&${other}` })
    exchange.expectStatus(400)
    exchange.expectCode('invalidCursor')
  })
