import { randomUUID } from 'node:crypto'
import { CANARY, type DamagedBody } from '@crm-lite/adapters-http/testing'
import { sameJson } from '@crm-lite/domain'
import * as fc from 'fast-check'
import { hostileBodies, isForbidden, jsonHeaders, jsonText } from './generated-requests-bodies.ts'
import type { Exchange, Resource, Step, Story } from './generated-requests-story.ts'

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
    exchange.expectStatus(...(isForbidden(body) ? [400, 415] : [201, 400, 415]))
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
  const { id: _id, href: _href, ...kept } = collection.expected?.(sent, document) ?? sent
  const expected = { '@type': collection.binding.definition.type, ...kept, id, href: `${collection.url}/${id}` }
  exchange.expect(sameJson(document, expected), 'the answer is not what was sent')
  exchange.expect(story.schemaFaults(document).length === 0, `not a whole resource: ${story.schemaFaults(document)}`)
  exchange.expect(exchange.answer.headers.location === expected.href, 'Location is not the href')
  exchange.expect(exchange.answer.headers.etag === '"1"', 'not the first revision')
  story.known = { id, document: expected, etag: '"1"' }
}

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
