import { randomUUID } from 'node:crypto'
import { CANARY, type DamagedBody } from '@crm-lite/adapters-http/testing'
import { mergePatch, sameJson } from '@crm-lite/domain'
import * as fc from 'fast-check'
import { hostileBodies, jsonHeaders, jsonText, type SentBody } from './generated-requests-bodies.ts'
import type { Exchange, Resource, Story } from './generated-requests-story.ts'

/** Something that happens in a story. */
export type Step = (story: Story) => Promise<void>

/** What the changes of one kind of resource are made of. */
export interface Bodies {
  readonly valid: fc.Arbitrary<Resource>
  readonly damaged: fc.Arbitrary<DamagedBody>
  /** Merge patches whose values a resource may have, though perhaps not this one. */
  readonly patches: fc.Arbitrary<Resource>
  readonly attributes: readonly string[]
}

/** Creates the resource that the story goes on with. */
export function creation({ valid }: Bodies): fc.Arbitrary<Step> {
  return fc.tuple(valid, jsonHeaders).map(([body, headers]) => async story => {
    const exchange = await story.send({ method: 'POST', path: story.collection.path, headers, body: JSON.stringify(body) })
    exchange.expectStatus(201)
    noteCreated(story, exchange, body)
    await story.readBack()
  })
}

/** Removes it; from then on it is gone. */
export const removal: Step = async story => {
  const { known, item } = story
  if (!known) return
  const exchange = await story.send({ method: 'DELETE', path: item })
  exchange.expectStatus(204)
  story.known = undefined
  for (const method of ['GET', 'DELETE']) (await story.send({ method, path: item })).expectStatus(404)
  const listed = await story.send({ method: 'GET', path: `${story.collection.path}?id=${known.id}` })
  listed.expect(listed.answer.text === '[]', 'what is deleted is listed')
}

export function changes(bodies: Bodies): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 2, arbitrary: creationOfDamaged(bodies) },
    { weight: 3, arbitrary: creationOfAnything(bodies) },
    { weight: 4, arbitrary: mergePatching(bodies) },
    { weight: 3, arbitrary: jsonPatching(bodies) },
    { weight: 3, arbitrary: patchingWithAnything(bodies) },
    { weight: 2, arbitrary: repetition(bodies) },
    { weight: 1, arbitrary: fc.constant(removal) }
  )
}

function creationOfDamaged({ damaged }: Bodies): fc.Arbitrary<Step> {
  return fc.tuple(damaged, jsonHeaders).map(([{ body, pointer, code }, headers]) => async story => {
    const exchange = await story.send({ method: 'POST', path: story.collection.path, headers, body: jsonText(body) })
    exchange.expectStatus(400)
    exchange.expectCode(code)
    exchange.expect(exchange.answer.text.includes(`"pointer":${JSON.stringify(pointer)}`), `nothing about ${pointer}`)
  })
}

/** Whatever is taken must be kept as it was sent; in the end it is removed again. */
function creationOfAnything({ valid, attributes }: Bodies): fc.Arbitrary<Step> {
  return hostileBodies(valid, attributes).map(({ body, headers }) => async story => {
    const exchange = await story.send({ method: 'POST', path: story.collection.path, headers, body })
    exchange.expectStatus(201, 400, 415)
    if (exchange.answer.status !== 201) return
    const before = story.known
    noteCreated(story, exchange, JSON.parse(body.toString('utf8')) as Resource)
    await story.readBack()
    await removal(story)
    story.known = before
  })
}

function noteCreated(story: Story, exchange: Exchange, sent: Resource): void {
  if (exchange.answer.status !== 201) return
  const { collection } = story
  const document = exchange.resource()
  const id = String(document['id'])
  const { id: _id, href: _href, ...kept } = sent
  const expected = { '@type': collection.binding.definition.type, ...kept, id, href: `${collection.url}/${id}` }
  exchange.expect(sameJson(document, expected), 'the answer is not what was sent')
  exchange.expect(story.schemaFaults(document).length === 0, `not a whole resource: ${story.schemaFaults(document)}`)
  exchange.expect(exchange.answer.headers.location === expected.href, 'Location is not the href')
  exchange.expect(exchange.answer.headers.etag === '"1"', 'not the first revision')
  story.known = { id, document: expected, etag: '"1"' }
}

const mergeTypes = fc.constantFrom(
  'application/json',
  'application/merge-patch+json',
  'application/merge-patch+json; charset=utf-8'
)

function mergePatching({ patches }: Bodies): fc.Arbitrary<Step> {
  return fc.tuple(patches, mergeTypes).map(([patch, type]) => async story => {
    const sent = { body: JSON.stringify(patch), headers: { 'content-type': type } }
    await patching(story, sent, mergePatch(story.known?.document, patch))
  })
}

/** The operations that do what a merge patch does to the attributes of the first level, and some that come to nothing. */
function jsonPatching({ patches }: Bodies): fc.Arbitrary<Step> {
  return fc.tuple(patches, fc.boolean()).map(([patch, isFutile]) => async story => {
    const present = story.known?.document ?? {}
    const operations: unknown[] = []
    let expected: Resource | undefined = present
    for (const [name, value] of Object.entries(patch)) {
      const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const { [name]: before, ...rest } = expected
      if (before !== undefined) operations.push({ op: 'test', path, value: before })
      if (value !== null) operations.push({ op: before === undefined ? 'add' : 'replace', path, value })
      else if (before !== undefined) operations.push({ op: 'remove', path })
      expected = value === null ? rest : { ...rest, [name]: value }
    }
    operations.push({ op: 'copy', from: '/id', path: '/extCopy' }, { op: 'move', from: '/extCopy', path: '/extMoved' })
    if (isFutile) operations.push({ op: 'test', path: '/extMoved', value: CANARY })
    const sent = { body: JSON.stringify(operations), headers: { 'content-type': 'application/json-patch+json' } }
    await patching(story, sent, isFutile ? undefined : { ...expected, extMoved: story.known?.id })
  })
}

/** @param expected what the patch makes of the resource; undefined when it must be refused */
async function patching(story: Story, sent: SentBody, expected: unknown): Promise<void> {
  const exchange = await story.send({ method: 'PATCH', path: story.item, ...sent })
  const { known } = story
  if (!known) return exchange.expectStatus(404)
  const type = story.collection.binding.definition.type
  const result: Resource | undefined = expected === undefined ? undefined : { '@type': type, ...(expected as Resource) }
  const isOwn = result?.['id'] === known.id && result['href'] === known.document['href']
  if (result === undefined || !isOwn || story.schemaFaults(result).length > 0) exchange.expectStatus(400)
  else exchange.expectStatus(200)
  if (exchange.isSuccess && result) notePatched(story, exchange, result)
  await story.readBack()
}

function notePatched(story: Story, exchange: Exchange, expected: Resource): void {
  const known = story.known!
  exchange.expect(sameJson(exchange.json(), expected), 'the answer is not the patched resource')
  const { etag = '' } = exchange.answer.headers
  const hasChanged = !sameJson(known.document, expected)
  exchange.expect(hasChanged === (etag !== known.etag), hasChanged ? 'the ETag stayed' : 'the ETag changed')
  story.known = { ...known, document: expected, etag }
}

/** Patches that are none, that are not allowed, or that the media type makes another one. What is taken must have been meant so. */
function patchingWithAnything({ valid, damaged, patches, attributes }: Bodies): fc.Arbitrary<Step> {
  const ofDamaged = fc.tuple(damaged, mergeTypes).map(([{ body }, type]) => {
    return { body: jsonText(body), headers: { 'content-type': type } }
  })
  const asOperations = fc.constantFrom(...badOperations).map(operations => {
    return { body: operations, headers: { 'content-type': 'application/json-patch+json' } }
  })
  const ofOwned = fc.constantFrom('{"id":"x"}', '{"href":null}', `{"href":"${CANARY}"}`, '{"id":null}', '{"id":1}', '{}')
  const owned = ofOwned.map(body => ({ body, headers: { 'content-type': 'application/json' } }))
  const hostile = hostileBodies(fc.oneof(valid, patches), attributes)
  return fc.oneof(ofDamaged, asOperations, owned, hostile, hostile).map(sent => async story => {
    const exchange = await story.send({ method: 'PATCH', path: story.item, ...sent })
    const { known } = story
    if (!known) return exchange.expectStatus(404, 400, 415)
    exchange.expectStatus(200, 400, 415)
    const isMerge = !/json-patch/.test(sent.headers['content-type'] ?? '')
    if (exchange.isSuccess) {
      const type = story.collection.binding.definition.type
      const merged = isMerge ? mergePatch(known.document, JSON.parse(sent.body.toString('utf8'))) : exchange.resource()
      notePatched(story, exchange, { '@type': type, ...(merged as Resource) })
    }
    await story.readBack()
  })
}

const badOperations: readonly string[] = [
  ...['[]', '{}', 'null', '[1]', '[null]', '[[]]', `["${CANARY}"]`, '[{}]', `[{"op":"${CANARY}","path":"/name"}]`],
  ...['[{"op":"add","path":"/extNew"}]', '[{"op":"add","value":1}]', `[{"op":"add","path":"${CANARY}","value":1}]`],
  ...['[{"op":"add","path":"","value":{}}]', '[{"op":"remove","path":""}]', '[{"op":"replace","path":"/nope","value":1}]'],
  ...['[{"op":"remove","path":"/name"}]', '[{"op":"remove","path":"/id"}]', '[{"op":"replace","path":"/href","value":"x"}]'],
  ...['[{"op":"add","path":"/__proto__/polluted","value":1}]', '[{"op":"add","path":"/constructor/prototype/x","value":1}]'],
  ...[
    '[{"op":"copy","from":"","path":"/extSelf"}]',
    '[{"op":"move","from":"/id","path":"/extId"}]',
    '[{"op":"move","from":"/a","path":"/a/b"}]'
  ],
  ...[
    '[{"op":"add","path":"/~2","value":1}]',
    '[{"op":"add","path":"/extList/-","value":1}]',
    '[{"op":"add","path":"/ext/0/1","value":1}]'
  ],
  ...[
    '[{"op":"add","path":"/extNull","value":null}]',
    '[{"op":"add","path":"/ext\\u0000","value":1}]',
    '[{"op":"toString","path":"/x"}]'
  ],
  ...[
    `[{"op":"test","path":"/name","value":"${CANARY}"}]`,
    '[{"op":"test","path":"/@type","value":[1]}]',
    '[{"op":"add","path":"/","value":1}]'
  ],
  `[${Array.from({ length: 20 }, () => '{"op":"copy","from":"","path":"/extSelf"}').join()}]`,
  `[${Array.from({ length: 1001 }, () => '{"op":"test","path":"/id","value":1}').join()}]`
]

const keys = fc.string({ minLength: 1, maxLength: 255 })
const badKeys = fc.constantFrom('', 'x'.repeat(256), `${CANARY}\u00e9`, 'a\tb', `${CANARY} `.repeat(40))

/** The same create again and again with one Idempotency-Key, some at once, then another one with the same key. */
function repetition({ valid }: Bodies): fc.Arbitrary<Step> {
  const good = fc.tuple(valid, valid, keys).map(([body, other, key]) => async (story: Story) => {
    // A blank at either end is no part of a header.
    const own = (randomUUID() + key).slice(0, 255).trim()
    const headers = { 'content-type': 'application/json', 'idempotency-key': own }
    const request = { method: 'POST', path: story.collection.path, headers, body: JSON.stringify(body) }
    const [first, ...more] = await Promise.all([story.send(request), story.send(request)])
    const again = await story.send(request)
    for (const each of [first, ...more]) each.expectStatus(201, 409)
    again.expectStatus(201)
    for (const each of [first, ...more].filter(each => each.answer.status === 201))
      each.expect(each.answer.text === again.answer.text, 'the repeated request is answered in another way')
    const different = await story.send({ ...request, body: `${JSON.stringify(other)} ` })
    different.expectStatus(422)
    const before = story.known
    noteCreated(story, again, body)
    await story.readBack()
    await removal(story)
    story.known = before
  })
  const bad = fc.tuple(valid, badKeys).map(([body, key]) => async (story: Story) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const exchange = await story.send({ method: 'POST', path: story.collection.path, headers, body: JSON.stringify(body) })
    exchange.expectStatus(400)
  })
  return fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: bad })
}
