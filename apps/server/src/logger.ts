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
        // pino takes the message of an error for the line's own when it is given none.
        logMethod(args, method) {
          const [first, second] = args as unknown[]
          if (first instanceof Error) method.call(this, { err: first }, typeof second === 'string' ? second : 'error')
          else if (second === undefined && hasError(first)) method.call(this, first, 'error')
          else method.apply(this, args)
        }
      }
    },
    destination ?? pino.destination({ fd: 1, sync: true })
  )
}

function hasError(fields: unknown): fields is { err: unknown } {
  return typeof fields === 'object' && fields !== null && 'err' in fields
}

function requestFields(request: { method?: unknown; routeOptions?: { url?: unknown } }) {
  return { method: request.method, route: request.routeOptions?.url }
}

function responseFields(reply: { statusCode?: unknown }) {
  return { statusCode: reply.statusCode }
}

/** What may be logged of an error: its kind, codes, the place in the code, and its message only where messages never hold a value. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
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

/** The stack without the message in front of it. */
function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .map(line => line.trim())
    .join('\n')
}
