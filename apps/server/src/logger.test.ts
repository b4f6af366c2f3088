import { Writable } from 'node:stream'
import { DomainError } from '@crm-lite/domain'
import Fastify from 'fastify'
import t from 'tap'
import { createLogger } from './logger.ts'

function captured() {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk))
      done()
    }
  })
  return { lines, logger: createLogger('trace', stream) }
}

const last = (lines: readonly string[]): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}')

t.test('messages of unknown errors are dropped, their kind and place stay', async t => {
  const { lines, logger } = captured()
  const error = new TypeError('canary\n    at canary (canary.js:1:1)', {
    cause: Object.assign(new Error('canary'), { code: '22P02', severity: 'ERROR', detail: 'canary', where: 'canary' })
  })
  logger.error(error)
  logger.error({ err: error })
  logger.error({ err: error }, 'it failed')
  logger.warn({ error }, 'it failed')
  t.notMatch(lines.join(''), /canary/)
  const fields = last(lines.slice(0, 3))
  t.match(fields, {
    level: 'error',
    msg: 'it failed',
    service: 'crm',
    time: /Z$/,
    err: { type: 'TypeError', stack: /logger\.test\.ts/, cause: { code: '22P02' } }
  })
})

t.test('messages that hold no data are kept', async t => {
  const { lines, logger } = captured()
  logger.error({ err: new DomainError('unavailable', 'the database does not answer') }, 'x')
  t.match(last(lines), { err: { message: 'the database does not answer', code: 'unavailable' } })
  logger.error(
    { err: Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED', syscall: 'connect' }) },
    'x'
  )
  t.match(last(lines), { err: { message: 'connect ECONNREFUSED 127.0.0.1:5432' } })
  logger.error({ err: Object.assign(new Error('too many connections'), { code: '53300', severity: 'FATAL' }) }, 'x')
  t.match(last(lines), { err: { message: 'too many connections', code: '53300' } })
  logger.error({ err: { type: 'TypeError', stack: ['at f (f.ts:1:1)'] } }, 'x')
  t.match(last(lines), { err: { type: 'TypeError', stack: ['at f (f.ts:1:1)'] } })
  logger.error({ err: 'canary' }, 'x')
  t.match(last(lines), { err: { type: 'string' } })
})

t.test('what a client sent is dropped whoever logs it', async t => {
  const { lines, logger } = captured()
  logger.info({ url: '/?name=canary', headers: { a: 'canary' }, body: { a: 'canary' }, request: { query: 'canary' } }, 'x')
  const app = Fastify({ loggerInstance: logger })
  app.get('/customer/:id', async () => {
    throw new Error('canary')
  })
  await app.inject({ url: '/customer/canary?name=canary', headers: { 'x-actor': 'canary' } })
  await app.close()
  t.match(lines.join(''), /"route":"\/customer\/:id"/)
  t.notMatch(lines.join(''), /canary/)
})
