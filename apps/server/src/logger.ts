import { DomainError } from '@crm-lite/domain'
import { type DestinationStream, type Logger, pino } from 'pino'

/** Keys under which a library might log what a client sent. */
const CLIENT_KEYS = [
  'url',
  'originalUrl',
  'query',
  'params',
  'headers',
  'body',
  'payload',
  'parameters',
  'detail',
  'where',
  'input'
]

/**
 * JSON lines without personal data: what a client sent (addresses with their queries, headers, bodies, values) is dropped whoever
 * logs it, and of an error only what cannot hold such a value is kept.
 *
 * @param destination where the lines go, standard output by default
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: 'crm' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { req: requestFields, res: responseFields, err: errorFields, error: errorFields },
      redact: { paths: CLIENT_KEYS.flatMap(key => [key, `*.${key}`]), remove: true },
      hooks: {
        // pino, and Fastify, take the message of an error for the line's own.
        logMethod(args, method) {
          const [first, second] = args as unknown[]
          const error = first instanceof Error ? first : errorIn(first)
          if (!error) return method.apply(this, args)
          const isQuoted = typeof second !== 'string' || second === error.message
          method.call(this, first === error ? { err: error } : first, isQuoted ? 'error' : second)
        }
      }
    },
    destination ?? pino.destination({ fd: 1, sync: true })
  )
}

function errorIn(fields: unknown): Error | undefined {
  const error: unknown = typeof fields === 'object' && fields !== null ? Reflect.get(fields, 'err') : undefined
  return error instanceof Error ? error : undefined
}

function requestFields(request: { method?: unknown; routeOptions?: { url?: unknown } }) {
  return { method: request.method, route: request.routeOptions?.url }
}

function responseFields(reply: { statusCode?: unknown }) {
  return { statusCode: reply.statusCode }
}

/** What may be logged of an error: its kind, codes, the place in the code, and its message only where messages never hold a value. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return isReduced(error) ? error : { type: typeof error }
  const fields = new Map<string, unknown>([['type', error.constructor.name]])
  for (const key of [
    'code',
    'statusCode',
    'syscall',
    'errno',
    'severity',
    'schema',
    'table',
    'column',
    'constraint',
    'routine'
  ]) {
    const value: unknown = Reflect.get(error, key)
    if (typeof value === 'string' || typeof value === 'number') fields.set(key, value)
  }
  if (saysNothingPersonal(error)) fields.set('message', error.message)
  fields.set('stack', framesOf(error))
  if (error.cause !== undefined) fields.set('cause', errorFields(error.cause))
  return Object.fromEntries(fields)
}

/** Whether it was an error that somebody has reduced to what may be logged: the HTTP adapter does, whatever logger it is given. */
function isReduced(error: unknown): error is { type: string; stack: readonly string[] } {
  if (typeof error !== 'object' || error === null) return false
  return typeof Reflect.get(error, 'type') === 'string' && Array.isArray(Reflect.get(error, 'stack')) && !('message' in error)
}

/** Connection, authorisation, resources, operator's intervention, system: PostgreSQL's classes whose messages hold no data. */
const HARMLESS_SQLSTATE = /^(08|28|3D|53|57|58)/

/** Errors whose messages we write ourselves, without values. */
const NAMES_OF_OURS = ['ApiError', 'StartRefused']

function saysNothingPersonal(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code')
  return (
    error instanceof DomainError ||
    NAMES_OF_OURS.includes(error.name) ||
    typeof Reflect.get(error, 'syscall') === 'string' ||
    (typeof code === 'string' && typeof Reflect.get(error, 'severity') === 'string' && HARMLESS_SQLSTATE.test(code))
  )
}

/** What comes after the message, whose own lines may look like frames. */
function framesOf({ stack = '', message }: Error): string {
  const start = stack.indexOf(message)
  if (start < 0) return ''
  return stack
    .slice(start + message.length)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.startsWith('at '))
    .join('\n')
}
