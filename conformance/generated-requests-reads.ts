import type { AttributeNode, AttributeTree, ResourceBinding } from '@crm-lite/adapters-http'
import { CANARY, writtenQueriesOn } from '@crm-lite/adapters-http/testing'
import { compareText, type Filter, matches, sameJson, selectFields, toEcmaScript } from '@crm-lite/domain'
import * as fc from 'fast-check'
import type { Step } from './generated-requests-changes.ts'
import type { Exchange, Resource, Story } from './generated-requests-story.ts'

/** What a list or a resource can be asked for. */
export function reads(binding: ResourceBinding): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 6, arbitrary: listing(binding) },
    { weight: 6, arbitrary: listingWrongly(binding) },
    { weight: 2, arbitrary: mutatedListing(binding) },
    { weight: 1, arbitrary: cursorOfAnotherList },
    { weight: 3, arbitrary: reading(binding) },
    { weight: 2, arbitrary: readingConditionally }
  )
}

interface Dotted {
  readonly name: string
  readonly node: AttributeNode
}

/** Every attribute, nested ones dotted. */
export function dottedAttributes(tree: AttributeTree, prefix = ''): Dotted[] {
  return Object.entries(tree).flatMap(([name, node]) => [
    { name: prefix + name, node },
    ...dottedAttributes(node.attributes ?? {}, `${prefix}${name}.`)
  ])
}

function namesOf(binding: ResourceBinding, isWanted: (node: AttributeNode) => boolean = () => true): fc.Arbitrary<string> {
  const found = dottedAttributes(binding.attributes).filter(({ node }) => isWanted(node))
  return fc.constantFrom(...found.map(({ name }) => name))
}

const isSortable = ({ type }: AttributeNode) => type !== 'object' && type !== 'any'

/** `fields` as it is sent, and what it selects. */
function fieldsOf(binding: ResourceBinding): fc.Arbitrary<{ text: string; paths: string[][] }> {
  const some = fc.array(namesOf(binding), { minLength: 1, maxLength: 4 })
  return fc.oneof(
    { weight: 5, arbitrary: some.map(names => ({ text: names.join(), paths: names.map(name => name.split('.')) })) },
    { weight: 1, arbitrary: fc.constant({ text: 'none', paths: [] as string[][] }) }
  )
}

const signs = fc.constantFrom('', '-', '+', '%2B', '%20')

/** Parameters of `sort`: up to three attributes. */
export function sorts(binding: ResourceBinding): fc.Arbitrary<{ name: string; sign: string }[]> {
  const key = fc.record({ name: namesOf(binding, isSortable), sign: signs })
  // Both are the same order.
  return fc.uniqueArray(key, { maxLength: 3, selector: each => each.name.replace('href', 'id') })
}

function selections(binding: ResourceBinding): fc.Arbitrary<string[]> {
  const parameters = fc.record(
    {
      sort: sorts(binding).map(keys => keys.map(({ name, sign }) => sign + encodeURIComponent(name)).join()),
      fields: fieldsOf(binding).map(({ text }) => text),
      limit: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 200 })).map(String),
      offset: fc.constantFrom('0', '1', '7', '100', '999999999999', String(Number.MAX_SAFE_INTEGER))
    },
    { requiredKeys: [] }
  )
  return parameters.map(each => Object.entries(each).map(([name, value]) => `${name}=${value}`))
}

/** A blank is the one character that is neither encoded by all clients nor takes any server to be understood. */
export function inUrl(query: string): string {
  return query.replaceAll(' ', '%20')
}

const preferences = fc.constantFrom<Record<string, string>>({}, {}, {}, { prefer: 'count=none' }, { prefer: 'return=minimal' })

function listing(binding: ResourceBinding): fc.Arbitrary<Step> {
  const query = fc.tuple(
    writtenQueriesOn(binding.attributes),
    selections(binding),
    preferences,
    fc.constantFrom('GET', 'GET', 'HEAD')
  )
  return query.map(([written, selection, headers, method]) => async story => {
    const parameters = [written.query, ...selection].filter(each => each !== '').join('&')
    const exchange = await story.send({ method, path: inUrl(`${story.collection.path}?${parameters}`), headers })
    exchange.expectStatus(200, 206)
    const isPage = selection.some(each => /^(limit|offset)=/.test(each))
    exchange.expect(isPage || exchange.answer.status === 200, 'a page that nobody asked for')
    const isCounted = headers['prefer'] !== 'count=none'
    exchange.expect(isCounted === 'x-total-count' in exchange.answer.headers, 'the total is told or not as it was preferred')
    if (method === 'HEAD' || !exchange.isSuccess) return
    checkPage(exchange, written.filter, selection)
    noteCursor(story, exchange)
  })
}

function checkPage(exchange: Exchange, filter: Filter, selection: readonly string[]): void {
  const items = exchange.json() as Resource[]
  const { 'x-total-count': total, 'x-result-count': count } = exchange.answer.headers
  exchange.expect(Number(count) === items.length, 'X-Result-Count is not the number of results')
  exchange.expect(total === undefined || Number(total) >= items.length, 'there are more results than matches')
  const names = selection.map(each => each.split('=')[0])
  if (!names.includes('fields')) {
    const stray = items.filter(({ href: _href, ...stored }) => !matches(filter, stored, isFound))
    exchange.expect(stray.length === 0, `does not match: ${JSON.stringify(stray[0])}`)
  }
  if (names.includes('sort')) return
  const ids = items.map(each => String(each['id']))
  exchange.expect(
    ids.every((id, index) => index === 0 || compareText(ids[index - 1]!, id) < 0),
    'not in the order of the ids'
  )
}

export const isFound = (pattern: string, text: string) => new RegExp(toEcmaScript(pattern), 'su').test(text)

function noteCursor(story: Story, { answer }: Exchange): void {
  const [, cursor] = /cursor=([\w-]+)[^>]*>; rel="next"/.exec(String(answer.headers['link'])) ?? []
  if (cursor !== undefined) story.collection.cursors.push(cursor)
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

/** A cursor belongs to its filter and order. */
const cursorOfAnotherList: fc.Arbitrary<Step> = fc
  .tuple(fc.nat(), fc.constantFrom('sort=id,-@type', 'id=nobody', '@type.ne=x'))
  .map(([choice, other]) => async story => {
    const { cursors } = story.collection
    const cursor = cursors[choice % Math.max(1, cursors.length)]
    if (cursor === undefined) return
    const exchange = await story.send({ method: 'GET', path: `${story.collection.path}?cursor=${cursor}&${other}` })
    exchange.expectStatus(400)
    exchange.expectCode('invalidCursor')
  })

function reading(binding: ResourceBinding): fc.Arbitrary<Step> {
  return fc.tuple(fieldsOf(binding), fc.constantFrom('GET', 'HEAD', 'PATCH')).map(([{ text, paths }, method]) => async story => {
    const { known } = story
    const change = method === 'PATCH' && { headers: { 'content-type': 'application/json' }, body: '{}' }
    const exchange = await story.send({ method, path: `${story.item}?fields=${encodeURIComponent(text)}`, ...change })
    if (!known) return exchange.expectStatus(404)
    exchange.expectStatus(200)
    exchange.expect(exchange.answer.headers.etag === known.etag, 'another revision')
    if (method === 'HEAD') return
    exchange.expect(sameJson(exchange.json(), selectFields(known.document, paths)), 'not what was asked for')
  })
}

/** Tags and whether they are those of the resource, for reading and for changing. */
const tags = fc.constantFrom<readonly [tag: (etag: string) => string, weak: boolean, strong: boolean]>(
  [etag => etag, true, true],
  [() => '*', true, true],
  [etag => `"x", ${etag},"y"`, true, true],
  [etag => `W/${etag}`, true, false],
  [etag => etag.replaceAll('"', ''), false, false],
  [() => '"0"', false, false],
  [() => `"${CANARY}"`, false, false],
  [() => '', false, false],
  [() => ',,"', false, false],
  [() => '\u00e9', false, false]
)

const readingConditionally: fc.Arbitrary<Step> = fc
  .tuple(tags, fc.constantFrom('GET', 'PATCH', 'DELETE'))
  .map(([[tagOf, weak, strong], method]) => async story => {
    const { known } = story
    const tag = tagOf(known?.etag ?? '"1"')
    if (method === 'GET') {
      const exchange = await story.send({ method, path: story.item, headers: { 'if-none-match': tag } })
      return exchange.expectStatus(known ? (weak ? 304 : 200) : 404)
    }
    // A delete that is allowed would end the story.
    const verb = strong ? 'PATCH' : method
    const headers = { 'if-match': tag, 'content-type': 'application/json' }
    const exchange = await story.send({ method: verb, path: story.item, headers, ...(verb === 'PATCH' && { body: '{}' }) })
    exchange.expectStatus(known ? (strong ? 200 : 412) : 404)
  })
