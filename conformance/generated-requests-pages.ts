import { writtenQueriesOn } from '@crm-lite/adapters-http/testing'
import {
  comparePositions,
  everything,
  type Filter,
  matches,
  positionOf,
  type SortKey,
  sameJson,
  segmentsOf,
  type ValueType
} from '@crm-lite/domain'
import * as fc from 'fast-check'
import { dottedAttributes, inUrl, isFound, sorts } from './generated-requests-reads.ts'
import type { Exchange, Resource, Story } from './generated-requests-story.ts'

const RESOURCES = 40
const QUERIES = 35

type Stored = Resource & { readonly id: string }

/**
 * Fills an empty collection and pages through it by generated queries, whose meaning is that of the domain.
 *
 * @returns how many queries had more than one page
 */
export async function visitsEveryMatchOnce(story: Story, bodies: fc.Arbitrary<Resource>, seed: number): Promise<number> {
  const { path, binding } = story.collection
  const all = await Promise.all(fc.sample(bodies, { seed, numRuns: RESOURCES }).map(body => create(story, body)))
  const typeOf = new Map(dottedAttributes(binding.attributes).map(({ name, node }) => [name, node.type as ValueType]))
  const keyOf = ({ name, sign }: { name: string; sign: string }): SortKey => {
    const stored = name === 'href' ? 'id' : name
    return { path: { segments: segmentsOf(stored), type: typeOf.get(stored)! }, descending: sign === '-' }
  }
  const filtered = writtenQueriesOn(binding.attributes, fc.constantFrom(...new Set(all.flatMap(textsIn))))
  const queries = fc.record({
    written: fc.oneof(
      { weight: 3, arbitrary: filtered },
      { weight: 1, arbitrary: fc.constant({ query: '', filter: everything }) }
    ),
    keys: sorts(binding),
    limit: fc.integer({ min: 1, max: 12 })
  })
  const followed = fc.sample(queries, { seed, numRuns: QUERIES }).map(async ({ written, keys, limit }) => {
    const expected = expectedIds(all, written.filter, keys.map(keyOf))
    const sort = keys.map(({ name, sign }) => sign + encodeURIComponent(name)).join()
    await follow(story, inUrl(`${path}?${written.query}&sort=${sort}&limit=${limit}`), expected)
    return expected.length > limit
  })
  const paged = (await Promise.all(followed)).filter(each => each)
  await Promise.all(all.map(({ id }) => story.send({ method: 'DELETE', path: `${path}/${id}` })))
  await follow(story, path, [])
  return paged.length
}

async function create(story: Story, body: Resource): Promise<Stored> {
  const headers = { 'content-type': 'application/json' }
  const exchange = await story.send({ method: 'POST', path: story.collection.path, headers, body: JSON.stringify(body) })
  exchange.expectStatus(201)
  const { href: _href, ...stored } = exchange.resource()
  return stored as Stored
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function expectedIds(all: readonly Stored[], filter: Filter, sort: readonly SortKey[]): string[] {
  const found = all.filter(each => matches(filter, each, isFound))
  const placed = found.map(each => positionOf(each, sort)).sort((left, right) => comparePositions(left, right, sort))
  return placed.map(({ id }) => id)
}

async function follow(story: Story, start: string, expected: readonly string[]): Promise<void> {
  const visited: string[] = []
  const { origin } = new URL(story.collection.url)
  let path: string | undefined = start
  for (let pages = 0; path !== undefined && pages <= expected.length; pages++) {
    const exchange: Exchange = await story.send({ method: 'GET', path })
    exchange.expectStatus(200, 206)
    exchange.expect(exchange.answer.headers['x-total-count'] === String(expected.length), `not ${expected.length} matches`)
    if (!exchange.isSuccess) return
    visited.push(...(exchange.json() as Stored[]).map(({ id }) => id))
    const [, next] = /<([^>]*)>; rel="next"/.exec(String(exchange.answer.headers['link'])) ?? []
    exchange.expect(next === undefined || next.startsWith(`${origin}/`), 'next leads elsewhere')
    path = next?.slice(origin.length)
    if (path === undefined) exchange.expect(sameJson(visited, expected), `visited ${visited} instead of ${expected}`)
  }
  if (path !== undefined) throw new Error(`there is no end to ${start}`)
}
