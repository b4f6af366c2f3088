import { isDeepStrictEqual } from 'node:util'
import { everything, type Filter, type Position, type ResourceDefinition, type ValueType } from '@crm-lite/domain'
import * as fc from 'fast-check'
import t from 'tap'
import { tmf629v4 } from '../apis/tmf629-customer/v4.ts'
import { ApiError } from '../representation/api-error.ts'
import { thingAttributes, writtenQueries } from '../testing/written-queries.ts'
import { pageHeaders, parseItemQuery, parseListQuery, parseQueryString } from './index.ts'

const definition: ResourceDefinition = { name: 'thing', type: 'Thing', stateAttribute: 'name', mandatory: [], indexed: [] }
const hrefBase = 'https://crm.example.com/api/thing/'
const extensions: Record<string, ValueType> = { 'loyalty.tier[].points': 'number', 'party.nickname': 'string', segment: 'string' }
const binding = { definition, attributes: thingAttributes }
const listOf = (query: string, tenant = 'default') =>
  parseListQuery(parseQueryString(query), { binding, hrefBase, tenant, extensions })
const filterOf = (query: string) => listOf(query).query.filter

/** What is refused, as `code parameter`; everything else than a 400 of ours is thrown on. */
function refusalOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (!(error instanceof ApiError) || error.statusCode !== 400) throw error
    const [{ code, parameter }] = error.faults
    return parameter === undefined ? code : `${code} ${parameter}`
  }
}

function pathOf(dotted: string, type: ValueType = 'string') {
  const many = new Set(['party', 'tag', 'medium', 'tier'])
  return { segments: dotted.split('.').map(name => ({ name, many: many.has(name) })), type }
}
const isIn = (dotted: string, values: (string | number | boolean)[], type?: ValueType): Filter => {
  return { kind: 'in', path: pathOf(dotted, type), values }
}
const like = (dotted: string, value: string): Filter => ({ kind: 'text', path: pathOf(dotted), operator: 'like', value })
const above = (dotted: string, operator: 'gt' | 'gte' | 'lt' | 'lte', value: string | number, type: ValueType): Filter => {
  return { kind: 'range', path: pathOf(dotted, type), operator, value }
}
const missing = (dotted: string): Filter => ({ kind: 'missing', path: { segments: pathOf(dotted).segments } })
const not = (filter: Filter): Filter => ({ kind: 'not', filter })
const and = (...filters: Filter[]): Filter => ({ kind: 'and', filters })
const or = (...filters: Filter[]): Filter => ({ kind: 'or', filters })
const element = (dotted: string, filter: Filter): Filter => ({
  kind: 'element',
  path: { segments: pathOf(dotted).segments },
  filter
})

t.test('a query string is split and decoded', async t => {
  const pairs = (raw: string) => parseQueryString(raw).map(({ name, value }) => [name, value])
  t.same(pairs(''), [])
  t.same(pairs('a=1&b=&c&&=d&a=2='), [
    ['a', '1'],
    ['b', ''],
    ['c', undefined],
    ['', 'd'],
    ['a', '2=']
  ])
  t.same(pairs('a=x+y%20z%2B&%61=%C3%A9'), [
    ['a', 'x y z+'],
    ['a', 'é']
  ])
  t.same(pairs('a=1;b=2'), [['a', '1;b=2']])
  t.same(pairs('date%3E2013-04-20&a>=1'), [
    ['date>2013-04-20', undefined],
    ['a>', '1']
  ])
  t.same(pairs('__proto__=1&constructor=2'), [
    ['__proto__', '1'],
    ['constructor', '2']
  ])
  t.same(pairs(Buffer.from('a=é😀').toString('latin1')), [['a', 'é😀']], 'raw UTF-8, as Node hands it over')
  t.same(
    parseQueryString('a=%31').map(({ raw }) => raw),
    ['a=%31']
  )
})

t.test('a query string that no list can have is refused', async t => {
  for (const [raw, refusal] of [
    ['name=%', 'invalidValue name'],
    ['name=%zz', 'invalidValue name'],
    ['name=%C3', 'invalidValue name'],
    ['name=%ED%A0%80', 'invalidValue name'],
    ['name=\xff', 'invalidValue name'],
    ['name=a%00', 'invalidValue name'],
    ['name=a\ud800', 'invalidValue name'],
    ['%FF=1', 'invalidValue'],
    ['a=1&'.repeat(101), 'invalidValue'],
    [`name=${'x'.repeat(8192)}`, 'invalidValue']
  ] as const) {
    t.equal(
      refusalOf(() => parseQueryString(raw)),
      refusal
    )
  }
})

t.test('filters are read', async t => {
  const read: Record<string, Filter> = {
    '': everything,
    'limit=5&sort=name&fields=name&offset=0': everything,
    'name=Asha': isIn('name', ['Asha']),
    'name=': isIn('name', ['']),
    'name=a&size=5': and(isIn('name', ['a']), isIn('size', [5], 'number')),
    // OR
    'name=a,b': isIn('name', ['a', 'b']),
    'name=a&name=b&name.in=c': isIn('name', ['a', 'b', 'c']),
    'name=a;name=b': isIn('name', ['a', 'b']),
    'name=a;size=5': or(isIn('name', ['a']), isIn('size', [5], 'number')),
    'name.ne=a;name.ne=b': or(not(isIn('name', ['a'])), not(isIn('name', ['b']))),
    'since%3E2026-01-31;since%3C2025-01-31': or(
      above('since', 'gt', '2026-01-31T00:00:00.000000Z', 'dateTime'),
      above('since', 'lt', '2025-01-31T00:00:00.000000Z', 'dateTime')
    ),
    // Operators
    'name.ne=a&name.ne=b': not(isIn('name', ['a', 'b'])),
    'name.nin=a,b': not(isIn('name', ['a', 'b'])),
    'name.like=A*,B*': or(like('name', 'A*'), like('name', 'B*')),
    'name.isnull=true': missing('name'),
    'validFor.isnull=false': not(missing('validFor')),
    'size.gte=5&size.lt=10': and(above('size', 'gte', 5, 'number'), above('size', 'lt', 10, 'number')),
    'size>=5': above('size', 'gte', 5, 'number'),
    'size>5': above('size', 'gt', 5, 'number'),
    'size%3C%3D5': above('size', 'lte', 5, 'number'),
    'size%3D%3D5': isIn('size', [5], 'number'),
    'size==5': isIn('size', [5], 'number'),
    'name!=a': not(isIn('name', ['a'])),
    'name=%3D5': isIn('name', ['=5']),
    'name=%7Ex': isIn('name', ['~x']),
    'name="~x"': isIn('name', ['~x']),
    ...Object.fromEntries(
      ['name=~^a{1,2}', 'name%3D~%5Ea%7B1,2%7D', 'name*=^a{1,2}', 'name.regex=^a{1,2}'].map((query): [string, Filter] => [
        query,
        { kind: 'text', path: pathOf('name'), operator: 'regex', value: '^a{1,2}' }
      ])
    ),
    'limits.lte=5': isIn('limits.lte', [5], 'number'),
    'limits.lte.lte=5': above('limits.lte', 'lte', 5, 'number'),
    'limits.like=a': isIn('limits.like', ['a']),
    // Quotes
    'name="a,b;c"': isIn('name', ['a,b;c']),
    'name="a",b': isIn('name', ['a', 'b']),
    'name=say%20\\"hi\\"': isIn('name', ['say "hi"']),
    'name=a\\,b\\\\': isIn('name', ['a\\', 'b\\\\']),
    'size="1"': isIn('size', [1], 'number'),
    // Types
    'vip=true': isIn('vip', [true], 'boolean'),
    'size=-1.5e3': isIn('size', [-1500], 'number'),
    'since=2026-01-31T10:00:00+01:00': isIn('since', ['2026-01-31T09:00:00.000000Z'], 'dateTime'),
    'since=2026-01-31T10:00:00%2B01:00': isIn('since', ['2026-01-31T09:00:00.000000Z'], 'dateTime'),
    'since=2026-01-31': isIn('since', ['2026-01-31T00:00:00.000000Z'], 'dateTime'),
    'free=5': isIn('free', ['5'], 'any'),
    // Paths
    '%40type=Thing': isIn('@type', ['Thing']),
    'tag=x': isIn('tag', ['x']),
    'party.medium.city=Pune': isIn('party.medium.city', ['Pune']),
    'segment=gold': isIn('segment', ['gold']),
    'party.nickname=A': isIn('party.nickname', ['A']),
    'loyalty.tier.points.gt=5': above('loyalty.tier.points', 'gt', 5, 'number'),
    'loyalty.isnull=true': missing('loyalty'),
    // The same element
    'party[role=owner]': element('party', isIn('role', ['owner'])),
    'party%5Brole%3Downer%2Cscore%3E5%5D': element('party', and(isIn('role', ['owner']), above('score', 'gt', 5, 'number'))),
    'party[role=owner,user,score.gte=5]': element(
      'party',
      and(isIn('role', ['owner', 'user']), above('score', 'gte', 5, 'number'))
    ),
    'party[role="a,b=c]",role=d]': element('party', isIn('role', ['a,b=c]', 'd'])),
    'party[role=a]&party[role=b]': and(element('party', isIn('role', ['a'])), element('party', isIn('role', ['b']))),
    'party[role=a];name=b': or(element('party', isIn('role', ['a'])), isIn('name', ['b'])),
    'party[medium[city=Pune,city.like=P*],role=a]': element(
      'party',
      and(element('medium', and(isIn('city', ['Pune']), like('city', 'P*'))), isIn('role', ['a']))
    ),
    // href
    [`href=${hrefBase}5,${hrefBase}6`]: isIn('id', ['5', '6']),
    [`href=${hrefBase}5,https://example.com/7`]: isIn('id', ['5']),
    'href=https://example.com/api/thing/5': or(),
    [`href.nin=${hrefBase}5`]: not(isIn('id', ['5'])),
    'href.isnull=true': or(),
    'href.isnull=false': not(or())
  }
  for (const [query, filter] of Object.entries(read)) t.same(filterOf(query), filter, query.replaceAll('{', '('))
})

t.test('filters that cannot be meant are refused, with the name of the parameter', async t => {
  const refused: Record<string, readonly string[]> = {
    'unknownAttribute bogus': ['bogus=1', 'bogus>5', 'name=a;bogus=b', 'bogus[role=a]'],
    'unknownAttribute bogus.isnull': ['bogus.isnull=true'],
    unknownAttribute: ['Asha Rao 555 <x>=1'],
    'invalidValue [role': ['[role=a]'],
    'unknownAttribute __proto__': ['__proto__=1'],
    'unknownAttribute constructor.name': ['constructor.name=1'],
    'unknownAttribute name.startsWith': ['name.startsWith=a'],
    'unknownAttribute name.deeper': ['name.deeper=a'],
    'unknownAttribute party..role': ['party..role=a'],
    'unknownAttribute .eq': ['.eq=a'],
    'unknownAttribute nickname': ['nickname=a'],
    'unknownParameter filter': ['filter=$[?(@.a==1)]', 'filter'],
    'unknownParameter depth': ['depth=2'],
    'unknownParameter expand': ['expand=party'],
    'invalidValue name': ['name', 'name="a', 'name=a"b', 'name=a;b', 'name=a;', 'name[a=b]', `name=${'a,'.repeat(200)}`],
    'invalidValue size': ['size=a', 'size=', 'size=01', 'size=1e999', 'size=1,', 'size>a', 'size= 5'],
    'invalidValue size.like': ['size.like=1'],
    'invalidValue size.regex': ['size.regex=1'],
    'invalidValue vip': ['vip=yes', 'vip=TRUE', 'vip>true'],
    'invalidValue since': ['since=2026-02-30', 'since=yesterday', 'since=2026-01-31T10:00:00 1:00'],
    'invalidValue since.contains': ['since.contains=2026'],
    'invalidValue name.regex': ['name.regex=(a', 'name.regex=\\1', `name.regex=${'a'.repeat(129)}`],
    'invalidValue name.gt': ['name.gt>5'],
    'invalidValue name.isnull': ['name.isnull=yes', 'name.isnull=', 'name.isnull=true,false'],
    'invalidValue validFor': ['validFor=x', 'validFor[endDateTime=2026-01-31]'],
    'invalidValue party': [
      'party=x',
      'party[role=a',
      'party[role=a]=b',
      'party[]',
      'party[role]',
      'party[role=a;role=b]',
      'party[role=a]]',
      'party[role=a].name=b'
    ],
    'unknownAttribute nope': ['party[nope=a]'],
    'invalidValue tag': ['tag[x=1]'],
    'invalidValue href.like': ['href.like=x'],
    'invalidValue href': ['href>x'],
    'invalidValue id': [Array.from({ length: 101 }, () => 'id=a').join(';')],
    invalidValue: ['=5', '>5', '%22=5', 'name"=5', 'a b c']
  }
  for (const [refusal, queries] of Object.entries(refused)) {
    for (const query of queries)
      t.equal(
        refusalOf(() => listOf(query)),
        refusal,
        query.slice(0, 40).replaceAll('{', '(')
      )
  }
})

t.test('no refusal repeats what a client sent as a value', async t => {
  for (const query of [
    'size=secret',
    'size%3Esecret',
    'a b secret',
    'secret word=1',
    'name="secret',
    'name.regex=secret(',
    'party[score=secret]',
    'cursor=secret',
    'limit=secret',
    'sort=secret',
    'fields=secret',
    'name=a;secret b',
    'name=%secret'
  ]) {
    let text = ''
    try {
      listOf(query)
    } catch (error) {
      text = error instanceof ApiError ? error.message + JSON.stringify(error.faults) : 'secret'
    }
    t.ok(text !== '' && !text.includes('secret'), query)
  }
})

t.test('what a list shows and how is read', async t => {
  const page = (query: string) => {
    const { query: list, fields, pageRequested, offset } = listOf(query)
    return {
      fields,
      sort: list.sort
        .map(({ path, descending }) => `${descending ? '-' : ''}${path.segments.map(({ name }) => name).join('.')}`)
        .join(),
      limit: list.limit,
      offset,
      pageRequested
    }
  }
  const plain = { fields: undefined, sort: '', limit: 20, offset: 0, pageRequested: false }
  t.same(page(''), plain)
  t.same(page('fields=&sort='), plain)
  t.same(page('limit=200&offset=40'), { ...plain, limit: 200, offset: 40, pageRequested: true })
  t.same(page('offset=0'), { ...plain, pageRequested: true })
  t.same(page('offset=9007199254740991').offset, Number.MAX_SAFE_INTEGER)
  t.same(page('fields=name, party.role&fields=%40type,href,loyalty').fields, [
    ['name'],
    ['party', 'role'],
    ['@type'],
    ['href'],
    ['loyalty']
  ])
  t.same(page('fields=none').fields, [])
  for (const sort of ['-name,size', '-name,+size', '-name,%2Bsize', '-name, size', '-name&sort=size'])
    t.equal(page(`sort=${sort}`).sort, '-name,size', sort)
  t.equal(page('sort=+name,-since').sort, 'name,-since')
  t.equal(page('sort=party.score,vip,href').sort, 'party.score,vip,id')
})

t.test('what a list cannot show is refused', async t => {
  const refused: Record<string, readonly string[]> = {
    'invalidValue limit': [
      'limit=0',
      'limit=201',
      'limit=-1',
      'limit=',
      'limit',
      'limit=1e1',
      'limit=5.0',
      'limit= 5',
      'limit=0x5',
      'limit=5&limit=5'
    ],
    'invalidValue offset': [
      'offset=-1',
      'offset=9007199254740992',
      'offset=99999999999999999999',
      'offset=a',
      'offset=1;limit=2'
    ],
    'unknownAttribute fields': [
      'fields=bogus',
      'fields=none,name,none',
      'fields=name.deeper',
      'fields=__proto__',
      'fields=party[role]'
    ],
    'unknownAttribute sort': ['sort=bogus', 'sort=name,,size', 'sort=-', 'sort=toString'],
    'invalidValue sort': [
      'sort=free',
      'sort=party',
      'sort=validFor',
      'sort=name,-name',
      'sort=name,size,vip,since,tag,id',
      'sort=id,href'
    ],
    'invalidValue cursor': ['cursor=a&offset=5', 'cursor=a&cursor=a']
  }
  for (const [refusal, queries] of Object.entries(refused))
    for (const query of queries)
      t.equal(
        refusalOf(() => listOf(query)),
        refusal,
        query
      )
})

t.test('a single resource takes fields only', async t => {
  const item = (query: string) => parseItemQuery(parseQueryString(query), binding)
  t.same(item(''), undefined)
  t.same(item('fields=name,party.role'), [['name'], ['party', 'role']])
  t.equal(
    refusalOf(() => item('fields=bogus')),
    'unknownAttribute fields'
  )
  t.equal(
    refusalOf(() => item('name=a')),
    'unknownParameter name'
  )
})

/** A page of 20 in the list of a query, with the parameters of its links by their relation. */
function linksOf(query: string, page: { count?: number; total?: number; next?: Position } = {}) {
  const parameters = parseQueryString(query)
  const list = listOf(query)
  const items: unknown[] = Array.from({ length: page.count ?? list.query.limit })
  const headers = pageHeaders({ ...page, items }, { parameters, list, hrefBase })
  const links = [...(headers['Link'] ?? '').matchAll(/<([^>]*)>; rel="(\w+)"(?:, |$)/g)].map(([, url = '', rel = '']) => [
    rel,
    url
  ])
  return { headers, links: Object.fromEntries(links) as Record<string, string> }
}
const queryOf = (url: string | undefined) => (url ?? '').slice((url ?? '').indexOf('?') + 1)

t.test('the headers of a page', async t => {
  t.test('count, and lead to the other pages', async t => {
    const { headers, links } = linksOf('name=a&offset=40&limit=20&sort=size', { total: 95, next: { values: [7], id: 'x' } })
    t.match(headers, { 'X-Total-Count': '95', 'X-Result-Count': '20' })
    const base = 'https://crm.example.com/api/thing?name=a&sort=size&'
    t.match(links, { first: `${base}offset=0&limit=20`, prev: `${base}offset=20&limit=20`, last: `${base}offset=80&limit=20` })
    t.match(links['next'], /^https:\/\/crm\.example\.com\/api\/thing\?name=a&sort=size&cursor=[\w-]+&limit=20$/)
  })

  t.test('have no total, and no link to what is not there or not known', async t => {
    const { headers, links } = linksOf('', { count: 3 })
    t.notOk('X-Total-Count' in headers)
    t.same(links, { first: 'https://crm.example.com/api/thing?offset=0&limit=20' })
    t.match(linksOf('limit=5', { count: 0, total: 0 }).links, { last: /offset=0&limit=5$/ })
    t.match(linksOf('offset=3&limit=5').links, { prev: /offset=0&limit=5$/ })
  })

  t.test('keep the other parameters as they were sent, fit for a header', async t => {
    const { links } = linksOf('size>=5&name=%C3%A9+x&name="a<b"&name=\xc3\xa9', { total: 1 })
    t.equal(queryOf(links['first']), 'size%3E=5&name=%C3%A9+x&name=%22a%3Cb%22&name=%C3%A9&offset=0&limit=20')
    t.same(filterOf(queryOf(links['first'])), filterOf('size>=5&name=%C3%A9+x&name="a<b"&name=\xc3\xa9'))
  })

  t.test('stay small: behind long parameters there is the next page only', async t => {
    const query = `name=${'x'.repeat(3000)}`
    t.same(Object.keys(linksOf(query, { total: 100, next: { values: [], id: 'x' } }).links), ['next'])
  })
})

t.test('a cursor', async t => {
  const next: Position = { values: ['Zoë\u{1f600}', null, -1.5, false, '2026-01-31T09:00:00.000000Z'], id: 'id-9' }
  const sorted = 'name.ne=x&sort=name,-party.role,size,vip,since'
  const cursorOf = (query: string, position: Position) =>
    new URLSearchParams(queryOf(linksOf(query, { next: position }).links['next'])).get('cursor')

  t.test('leads to where the page ended', async t => {
    const list = listOf(queryOf(linksOf(`${sorted}&limit=7&offset=14`, { next }).links['next']))
    t.same(list.query.after, next)
    t.match(list, { offset: 21, pageRequested: true, query: { limit: 7 } })
    const further = listOf(
      queryOf(linksOf(`${sorted}&limit=7&cursor=${cursorOf(`${sorted}&limit=7&offset=14`, next)}`, { next }).links['next'])
    )
    t.equal(further.offset, 28)
  })

  t.test('is good for one list only: resource, tenant, filter and order', async t => {
    const cursor = cursorOf(sorted, next)
    t.same(listOf(`fields=name&${sorted}&limit=50&cursor=${cursor}`).query.after, next, 'fields and limit may change')
    for (const query of [sorted.replace('=x', '=y'), sorted.replace('sort=name', 'sort=-name'), 'name.ne=x', '']) {
      t.equal(
        refusalOf(() => listOf(`${query}&cursor=${cursor}`)),
        'invalidCursor cursor',
        query
      )
    }
    t.equal(
      refusalOf(() => listOf(`${sorted}&cursor=${cursor}`, 'another')),
      'invalidCursor cursor'
    )
  })

  t.test("of one's own making is refused", async t => {
    const signature = listOf('sort=name,since').signature
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
    const instant = '2026-01-31T00:00:00.000000Z'
    const good = made(1, signature, 20, 'id', 'a', instant)
    t.same(listOf(`sort=name,since&cursor=${good}`).query.after, { id: 'id', values: ['a', instant] })
    const bad = [
      '',
      'x',
      '%00',
      `${good}%3D`,
      `${good}A`,
      made(),
      made(2, signature, 20, 'id', 'a', instant),
      made(1, 'other', 20, 'id', 'a', instant),
      made(1, signature, -1, 'id', 'a', instant),
      made(1, signature, 0.5, 'id', 'a', instant),
      made(1, signature, '20', 'id', 'a', instant),
      made(1, signature, 20, 7, 'a', instant),
      made(1, signature, 20, 'i\0d', 'a', instant),
      made(1, signature, 20, 'id', 'a'),
      made(1, signature, 20, 'id', 'a', instant, 'more'),
      made(1, signature, 20, 'id', 5, instant),
      made(1, signature, 20, 'id', 'a\0', instant),
      made(1, signature, 20, 'id', { toString: 1 }, instant),
      made(1, signature, 20, 'id', 'a', '2026-01-31'),
      made(1, signature, 20, 'id', 'a', true),
      Buffer.from(JSON.stringify({ 0: 1 })).toString('base64url'),
      Buffer.from(` ${JSON.stringify([1, signature, 20, 'id', 'a', instant])}`).toString('base64url'),
      Buffer.from('[1').toString('base64url'),
      'A'.repeat(3000)
    ]
    t.same(
      bad.filter(
        cursor => !/^(invalidCursor|invalidValue) cursor$/.test(refusalOf(() => listOf(`sort=name,since&cursor=${cursor}`)) ?? '')
      ),
      []
    )
  })

  t.test('is not made of a text that is too long: the next page is told by its offset', async t => {
    const { links } = linksOf('sort=name&limit=7&offset=7', { next: { values: ['x'.repeat(2000)], id: 'id' } })
    t.match(links['next'], /sort=name&offset=14&limit=7$/)
  })
})

t.test('the written forms of generated filters are read as those filters', async () => {
  fc.assert(
    fc.property(writtenQueries, ({ query, filter }) => isDeepStrictEqual(filterOf(query), filter)),
    { numRuns: 2000 }
  )
})

t.test('no query string does anything but give a list or a 400 that our table of codes knows', async t => {
  const [customer] = tmf629v4.resources
  const pieces = fc.constantFrom(
    ...'name,party,role,size,since,vip,free,tag,href,contactMedium,characteristic,limit,offset,sort,fields,cursor,filter,.eq,.ne,.gt,.regex,.isnull,.like,=,=,=,>,<,*=,=~,[,],&,&,;,",\\,-,+,%2C,%3D,%00,%,%C3%A9,true,5,2026-01-31,a*,(a|b)+,none,é,__proto__,\ud800,\0'.split(
      ','
    ),
    ','
  )
  const likely = fc.array(pieces, { maxLength: 14 }).map(parts => parts.join(''))
  const mutated = fc.tuple(writtenQueries, fc.nat(), fc.nat({ max: 3 }), pieces).map(([{ query }, at, drop, piece]) => {
    const position = query.length === 0 ? 0 : at % query.length
    return query.slice(0, position) + piece + query.slice(position + drop)
  })
  const seen = { read: 0, refused: 0 }
  const isExpected = (query: string) => {
    const thing = refusalOf(() => listOf(query))
    refusalOf(() => parseListQuery(parseQueryString(query), { binding: customer!, hrefBase, tenant: 'default' }))
    refusalOf(() => parseItemQuery(parseQueryString(query), customer!))
    seen[thing === undefined ? 'read' : 'refused']++
    return thing === undefined || /^(unknownAttribute|unknownParameter|invalidValue|invalidCursor)( |$)/.test(thing)
  }
  fc.assert(fc.property(fc.oneof(likely, mutated, fc.string({ unit: 'binary' }), fc.string()), isExpected), { numRuns: 3000 })
  t.ok(seen.read > 100 && seen.refused > 300, JSON.stringify(seen).replaceAll('{', '('))
})
