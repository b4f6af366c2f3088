import { CANARY } from '@crm-lite/adapters-http/testing'
import { mergePatch, sameJson } from '@crm-lite/domain'
import * as fc from 'fast-check'
import { hostileBodies, isForbidden, jsonText, type SentBody } from './generated-requests-bodies.ts'
import type { Bodies } from './generated-requests-changes.ts'
import type { Exchange, Resource, Step, Story } from './generated-requests-story.ts'

export function patching(bodies: Bodies): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 4, arbitrary: mergePatching(bodies) },
    { weight: 3, arbitrary: jsonPatching(bodies) },
    { weight: 3, arbitrary: patchingWithAnything(bodies) }
  )
}

const mergeTypes = fc.constantFrom(
  'application/json',
  'application/merge-patch+json',
  'application/merge-patch+json; charset=utf-8'
)

function mergePatching({ patches }: Bodies): fc.Arbitrary<Step> {
  return fc.tuple(patches, mergeTypes).map(([patch, type]) => async story => {
    const sent = { body: JSON.stringify(patch), headers: { 'content-type': type } }
    await patchAndRead(story, sent, mergePatch(story.known?.document, patch))
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
    await patchAndRead(story, sent, isFutile ? undefined : { ...expected, extMoved: story.known?.id })
  })
}

/** @param expected what the patch makes of the resource; undefined when it must be refused */
async function patchAndRead(story: Story, sent: SentBody, expected: unknown): Promise<void> {
  const exchange = await story.send({ method: 'PATCH', path: story.item, ...sent })
  const { known } = story
  if (!known) return exchange.expectStatus(404)
  const type = story.collection.binding.definition.type
  const result: Resource | undefined =
    expected === undefined ? undefined : { '@type': type, ...completed(story, expected as Resource) }
  const isOwn = result?.['id'] === known.id && result['href'] === known.document['href']
  if (result === undefined || !isOwn || story.schemaFaults(result).length > 0) exchange.expectStatus(400)
  else exchange.expectStatus(200)
  if (exchange.isSuccess && result) notePatched(story, exchange, result)
  await story.readBack()
}

function completed({ collection }: Story, patched: Resource): Resource {
  return collection.completed?.(patched) ?? patched
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
    exchange.expectStatus(...(isForbidden(sent.body) ? [400, 415] : [200, 400, 415]))
    const isMerge = !/json-patch/.test(sent.headers['content-type'] ?? '')
    if (exchange.isSuccess) {
      const type = story.collection.binding.definition.type
      const merged = isMerge ? mergePatch(known.document, JSON.parse(sent.body.toString('utf8'))) : exchange.resource()
      notePatched(story, exchange, { '@type': type, ...completed(story, merged as Resource) })
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
