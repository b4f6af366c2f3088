import { type Operation, type ResourceBinding, sharedSchemas } from '@crm-lite/adapters-http'
import t, { type Test } from 'tap'
import { type Comparison, differences, type OwnSchema } from './published-differences.ts'
import {
  publishedApis,
  publishedDefinitions,
  publishedFiles,
  publishedValidator,
  specDir,
  whyNotChecked
} from './published-schema.ts'
import { serve } from './serve.ts'

const served = publishedApis.flatMap(api => api.resources.map(binding => ({ api, binding, file: publishedFiles[api.key] })))
const spec = { skip: whyNotChecked }

t.test('it is known where every API is published', async t => {
  for (const { api, file } of served) t.ok(file, api.key)
})

t.test('our schemas have every published attribute, of the published type, and require what is required there', spec, async t => {
  for (const { binding, file } of served) {
    const { type } = binding.definition
    t.same(differences(comparison(file!, type, binding, binding.schemas.resource)), [], type)
    t.same(differences(comparison(file!, `${type}_Create`, binding, binding.schemas.create)), [], `${type}_Create`)
    const update = comparison(file!, `${type}_Update`, binding, binding.schemas.update)
    if (binding.operations?.includes('patch') ?? true)
      t.same(differences({ ...update, objectsInPart: true }), [], `${type}_Update`)
  }
})

t.test('a leniency that is not needed is not claimed', spec, async t => {
  for (const { binding, file } of served) {
    for (const { schema, attribute } of binding.leniencies ?? []) {
      t.ok(publishedDefinitions(specDir!, file!)[schema]?.required?.includes(attribute), `${schema} requires ${attribute}`)
    }
  }
})

t.test('the comparison finds what is missing, of another type or not required', spec, async t => {
  const { binding, file } = served.find(each => each.binding.definition.name === 'customer')!
  const own: OwnSchema = binding.schemas.resource
  const { name: _name, engagedParty, ...rest } = own.properties!
  const spoilt: OwnSchema = {
    type: 'object',
    properties: { ...rest, status: { type: 'integer' }, validFor: { type: 'string' }, engagedParty: engagedParty! },
    required: ['name']
  }
  const period = sharedSchemas.find(each => each.$id === 'TimePeriod')!
  const shared = sharedSchemas.map(each =>
    each.$id === 'CreditProfile'
      ? { ...each, properties: { ...each['properties'], validFor: period['properties'].startDateTime } }
      : each
  )
  t.same(differences({ ...comparison(file!, 'Customer', binding, spoilt), shared }).sort(), [
    'Customer.creditProfile[].validFor: string (date-time) instead of object',
    'Customer.engagedParty: not required',
    'Customer.name: missing',
    'Customer.status: integer instead of string',
    'Customer.validFor: string instead of object'
  ])
})

t.test('our examples, rendered as answers, conform to the published schemas', spec, async t => {
  for (const { api, binding, file } of served) {
    const validate = publishedValidator(specDir!, file!, binding.definition.type)
    const answer = { id: '1', href: `https://crm.example.com/${api.path}/${binding.path}/1`, ...binding.example }
    t.same(validate(answer), [], binding.definition.type)
    t.not(validate({ ...answer, '@baseType': 42 }).length, 0, 'and the validator finds what does not')
  }
})

t.test('real answers of every operation conform to the published schemas', spec, async t => {
  for (const engine of ['SQLite', 'PostgreSQL'] as const) {
    const origin = await serve(t, engine)
    for (const { api, binding, file } of served) {
      const url = `${origin}/tmf-api/${api.path}/${binding.path}`
      const conforms = conformityOf(t, file!, `${engine}: `)
      const { type, mandatory } = binding.definition
      const can = (operation: Operation) => binding.operations?.includes(operation) ?? true
      const example = async () => ({ ...binding.example, ...(await requiredBy(type, origin)) })
      const least = Object.fromEntries(Object.entries(await example()).filter(([name]) => mandatory.some(each => each === name)))
      const created = await conforms(type, 201, 'POST', url, { ...(await example()), extension: { kept: [1, 'two', null] } })
      await conforms(type, 201, 'POST', url, least)
      const item = String(created['href'])
      await conforms(type, 200, 'GET', item)
      if (can('patch')) await conforms(type, 200, 'PATCH', item, { relatedParty: null, contactMedium: [] })
      t.equal((await conforms([type], 200, 'GET', url))['length'], 2)
      await conforms('Error', 404, 'GET', `${url}/nobody`)
      if (can('delete')) {
        t.equal((await fetch(item, { method: 'DELETE' })).status, 204)
        await conforms('Error', 404, 'GET', item)
        await conforms('Error', 404, 'DELETE', item)
      } else await conforms('Error', 405, 'DELETE', item)
      if (can('patch')) await conforms('Error', 404, 'PATCH', `${url}/nobody`, {})
      else await conforms('Error', 405, 'PATCH', item, {})
      await conforms('Error', 400, 'POST', url, {})
      await conforms('Error', 400, 'GET', `${url}?limit=x`)
      await conforms('Error', 405, 'PUT', url, {})
    }
  }
})

/** What must be there before an example can be created: of its own for each. */
async function requiredBy(type: string, origin: string): Promise<Answer> {
  if (type !== 'CancelProductOrder') return {}
  const { resources, path } = publishedApis.find(({ key }) => key === 'TMF622_V4')!
  const { example, path: orders } = resources.find(({ definition }) => definition.type === 'ProductOrder')!
  const url = `${origin}/tmf-api/${path}/${orders}`
  const sent = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(example) }
  const order = (await (await fetch(url, { method: 'POST', ...sent })).json()) as Answer
  return { productOrder: { id: order['id'] } }
}

/** Sends requests and holds their answers against definitions of a published file; `[name]` is an array of them. */
function conformityOf(t: Test, file: string, prefix: string) {
  const validators = new Map<string, (value: unknown) => string[]>()
  const validatorOf = (definition: string) => {
    const validate = validators.get(definition) ?? publishedValidator(specDir!, file, definition)
    validators.set(definition, validate)
    return validate
  }
  return async (definition: string | [string], status: number, method: string, url: string, body?: unknown): Promise<Answer> => {
    const sent = body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(url, { method, ...sent })
    const answer = (await response.json()) as Answer
    const faults = [answer].flat().flatMap(validatorOf([definition].flat()[0]!))
    const found = { status: response.status, isArray: Array.isArray(answer), faults }
    t.same(
      found,
      { status, isArray: Array.isArray(definition), faults: [] },
      `${prefix}${method} answers ${definition}, ${status}`
    )
    return answer
  }
}

type Answer = Readonly<Record<string, unknown>>

function comparison(file: string, name: string, binding: ResourceBinding, own: OwnSchema): Comparison {
  const definitions = publishedDefinitions(specDir!, file)
  return { definitions, name, own, shared: sharedSchemas, leniencies: binding.leniencies ?? [] }
}
