import { readFile } from 'node:fs/promises'
import { DomainError } from '@crm-lite/domain'
import t from 'tap'
import { apiBindings } from '../apis/index.ts'
import { ApiError } from './api-error.ts'
import { basePathOf } from './base-paths.ts'
import { bytesOf } from './bytes.ts'
import { errorCodes } from './error-codes.ts'
import { toFailure } from './failure.ts'
import { loggable } from './loggable.ts'
import { declinesCount } from './prefer.ts'
import { tmfError } from './tmf-error.ts'

t.test('the published table of error codes is the one that is used', async t => {
  const text = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const published = [...text.matchAll(/^\| `(\w+)` \| (\d{3}) \| (.*) \|$/gm)].map(([, code, status, reason]) => [
    code,
    { status: Number(status), reason }
  ])
  t.strictSame(Object.fromEntries(published), errorCodes)
})

t.test('codes are lower camel case and their statuses are errors', async t => {
  for (const [code, { status }] of Object.entries(errorCodes)) {
    t.match(code, /^[a-z]+([A-Z][a-z]+)*$/)
    t.ok(status >= 400 && status < 600)
  }
})

t.test('a fault that two checks found is told once, and no more than 50 are', async t => {
  const fault = { code: 'missingAttribute', pointer: '/name', message: 'name is mandatory' } as const
  const twice = DomainError.ofFaults([fault, { ...fault, message: 'must not be blank' }])
  t.strictSame(tmfError(toFailure(twice), 'r'), {
    '@type': 'Error',
    code: 'missingAttribute',
    reason: errorCodes.missingAttribute.reason,
    status: '400',
    message: 'name is mandatory',
    pointer: '/name',
    requestId: 'r'
  })
  const many = Array.from({ length: 99 }, (_, index) => ({ ...fault, pointer: `/${index}` }))
  t.equal(toFailure(new ApiError(400, [fault, ...many])).faults.length, 50)
})

t.test('a pointer of any length is cut at a name', async t => {
  const pointer = `/a/b/${'x'.repeat(1_000)}/c`
  t.equal(tmfError(toFailure(new ApiError(400, { code: 'invalidValue', message: 'm', pointer })), 'r')['pointer'], '/a/b')
})

t.test('a code that the table does not know is still told', async t => {
  const failure = toFailure(new ApiError(400, { code: 'brandNew', message: 'something else' }))
  t.match(tmfError(failure, 'r'), { code: 'brandNew', reason: 'something else', status: '400' })
})

t.test('what Fastify refuses by itself is translated without its message', async t => {
  const ofFastify = (code: string, statusCode: number) => Object.assign(new Error('secret'), { code, statusCode })
  for (const [code, statusCode, expected] of [
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'bodyTooLarge'],
    ['FST_ERR_BAD_URL', 400, 'malformedUrl'],
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 400, 'malformedRequest'],
    ['FST_NEW', 415, 'unsupportedMediaType'],
    ['FST_NEW', 403, 'malformedRequest'],
    ['FST_NEW', 500, 'internalError'],
    ['FST_NEW', 200, 'internalError']
  ] as const) {
    const failure = toFailure(ofFastify(code, statusCode))
    t.equal(failure.faults[0].code, expected)
    t.equal(failure.status, errorCodes[expected].status)
    t.notMatch(JSON.stringify(failure), /secret/)
  }
})

t.test('an error is logged without its message, which may be made to look like a stack', async t => {
  const error = new Error('secret\n    at secret (secret.ts:1:1)')
  t.notMatch(JSON.stringify(loggable(error)), /secret/)
  t.match(loggable(error).stack[0], /representation\.test\.ts/)
  error.stack = 'no frames, secret'
  t.strictSame(loggable(error).stack, [])
  const circular = new Error('x')
  circular.cause = circular
  t.equal(loggable(circular).cause?.cause?.cause?.cause, undefined)
})

t.test('which preferences do without a count', async t => {
  for (const yes of ['count=none', 'Count="none"', 'respond-async, count=none', 'count = none; x=1'])
    t.ok(declinesCount(yes), yes)
  for (const no of [undefined, '', 'count=exact', 'xcount=none', 'count=none1', 'return=minimal'])
    t.notOk(declinesCount(no), no ?? '')
})

t.test('the path of an API has one slash in front and none at the end', async t => {
  const api = apiBindings[0]!
  for (const tmfBasePath of ['/tmf-api', 'tmf-api', '/tmf-api/']) {
    t.equal(basePathOf(api, { tmfBasePath, apiPaths: {} }), '/tmf-api/customerManagement/v4')
  }
  for (const path of ['/CRM_MS/tmforum', 'CRM_MS/tmforum/', '//CRM_MS//tmforum/']) {
    t.equal(basePathOf(api, { tmfBasePath: '/x', apiPaths: { [api.key]: path } }), '/CRM_MS/tmforum')
  }
  t.equal(basePathOf(api, { tmfBasePath: '/', apiPaths: {} }), '/customerManagement/v4')
})

t.test('texts of any alphabet and any length become the bytes of all of them, one after the other', async t => {
  const texts = ['plain', 'é', 'İ', '日本', '😀', '']
  const lists = [[], texts, texts.map(each => each.repeat(30_000)), texts.map(each => each.repeat(400_000)), texts]
  for (const list of lists) t.ok(bytesOf(list).equals(Buffer.from(list.join(''))))
})
