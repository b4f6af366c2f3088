import type { AttributeNode, AttributeTree, ResourceBinding } from '@crm-lite/adapters-http'
import { CANARY, writtenQueriesOn } from '@crm-lite/adapters-http/testing'
import { compareText, type Filter, matches, sameJson, selectFields, toEcmaScript } from '@crm-lite/domain'
import * as fc from 'fast-check'
import type { Exchange, Resource, Step } from './generated-requests-story.ts'

/** What a list or a resource can be asked for, and is answered with. */
export function reads(binding: ResourceBinding): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 6, arbitrary: listing(binding) },
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

export function namesOf(binding: ResourceBinding, isWanted: (node: AttributeNode) => boolean = () => true): fc.Arbitrary<string> {
  const found = dottedAttributes(binding.attributes).filter(({ node }) => isWanted(node))
  return fc.constantFrom(...found.map(({ name }) => name))
}

export const isSortable = ({ type }: AttributeNode) => type !== 'object' && type !== 'any'

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

export function selections(binding: ResourceBinding): fc.Arbitrary<string[]> {
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
