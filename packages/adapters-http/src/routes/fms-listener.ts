import { timingSafeEqual } from 'node:crypto'
import {
  DomainError,
  type FmsNotification,
  type Fulfilment,
  type FulfilmentDependencies,
  followNotification,
  type ReadFmsNotification,
  type RequestContext,
  type ResourceStore
} from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import { type AnswerTaken, takenAnswersOf } from '../plugins/direct-answer.ts'
import { TENANT } from '../plugins/request-context.ts'
import { MAX_BODY_BYTES } from '../plugins/server-options.ts'
import { ApiError } from '../representation/api-error.ts'
import { refusal } from '../representation/failure.ts'
import { bodyOf } from './exchange.ts'
import { traceOf } from './idempotency.ts'
import { errorResponses, response } from './response-schemas.ts'

/** How callbacks of the FMS are told from others, and read. */
export interface FmsListener {
  /** A part of the address that callbacks are sent to: whoever knows it is taken for the FMS. 22 to 200 letters, digits, `-` and `_`. */
  readonly secret: string
  readonly read: ReadFmsNotification
  /** Told of each service order, by our id of it, that is over after a callback. */
  readonly onOver?: (id: string) => void
  /** What this process has just sent, by our id of it: see {@link followNotification}. */
  readonly justSent?: (id: string) => Fulfilment | undefined
}

export interface ServedFmsListener extends FmsListener {
  /** Whether answers get headers that are not of the route. */
  readonly othersAddHeaders: boolean
  readonly services: FulfilmentDependencies & { readonly store: ResourceStore }
}

/** Callbacks are sent to this path, `/` and the secret, whatever may follow. */
export const FMS_LISTENER_PATH = '/fms-listener'

export const FMS_TAG = 'fmsListener'

/** At least 128 bits, when it is random. */
const SECRET = /^[\w-]{22,200}$/
const MAX_SECRET_LENGTH = 200

/** Who is responsible for what callbacks bring about. */
const ACTOR = 'fms'

interface Callback {
  Params: { secret: string; '*'?: string }
}

/**
 * Takes in what the FMS tells. What is not about one of our service orders, was told before or is out of turn changes nothing, and is
 * answered in the same way: nobody sends it again.
 */
export function registerFmsListener(app: FastifyInstance, served: ServedFmsListener): void {
  // Nothing of it is told, not even to whoever starts the server.
  if (!SECRET.test(served.secret)) throw new Error('the secret of the address for callbacks needs 22 to 200 of A-Z a-z 0-9 - _')
  const onRequest = onlyTheFms(served.secret)
  const options = { onRequest, bodyLimit: MAX_BODY_BYTES }
  const route = (path: string, operationId: string) =>
    app.post<Callback>(path, { ...options, schema: schemaOf(operationId) }, listen(served, takenAnswersOf(app, path, served)))
  route(`${FMS_LISTENER_PATH}/:secret`, 'hearFms')
  route(`${FMS_LISTENER_PATH}/:secret/*`, 'hearFmsEvent')
}

/** Before the body is read. Whoever guesses learns neither how much was right nor that there is anything. */
function onlyTheFms(secret: string) {
  const expected = paddedSecret(secret)
  return async (request: FastifyRequest<Callback>): Promise<void> => {
    if (!timingSafeEqual(paddedSecret(request.params.secret), expected)) throw refusal('unknownPath')
  }
}

/** As long as any other one, and no other one's: filled up with what is in no text, and what is too long is cut where no secret has text. */
function paddedSecret(text: string): Buffer {
  const padded = Buffer.alloc(MAX_SECRET_LENGTH + 1, 0xff)
  padded.write(text)
  return padded
}

function listen({ read, services, onOver, justSent }: ServedFmsListener, answer: AnswerTaken) {
  const dependencies = { ...services, ...(onOver && { onOver }), ...(justSent && { justSent }) }
  return async (request: FastifyRequest<Callback>, reply: FastifyReply): Promise<string | undefined> => {
    const eventName = request.params['*']?.split('/').findLast(part => part !== '')
    const result = read(bodyOf(request), eventName)
    if (result.kind !== 'ok') throw new ApiError(400, { code: 'invalidValue', pointer: '', message: result.message })
    await follow(dependencies, result.value, { tenant: TENANT, actor: ACTOR, correlationId: request.id, ...traceOf(request) })
    return answer(request, reply)
  }
}

/** An order that was deleted meanwhile is one that nobody knows. */
async function follow(
  dependencies: Parameters<typeof followNotification>[0],
  notification: FmsNotification,
  context: RequestContext
): Promise<void> {
  try {
    await followNotification(dependencies, notification, context)
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'notFound') throw error
  }
}

function schemaOf(operationId: string): FastifySchema {
  const secret = Type.String({ description: 'What the address was made with: whoever knows it is taken for the FMS.' })
  const isNamed = operationId === 'hearFmsEvent'
  const rest = Type.String({ description: 'What the FMS appends; the last part is the name of the event.' })
  const body = Type.Object({}, { description: 'An event of TMF641, such as `ServiceOrderStateChangeEvent`.' })
  return {
    operationId,
    summary: isNamed
      ? 'Be told by the FMS what happens, at an address with the name of the event'
      : 'Be told by the FMS what happens',
    description: 'What is unknown, was told before or is out of turn changes nothing, and is answered in the same way.',
    tags: [FMS_TAG],
    params: Type.Object(isNamed ? { secret, '*': rest } : { secret }),
    body: { content: { [JSON_MEDIA_TYPE]: { schema: body } } },
    response: {
      201: response('It was taken in.', { content: { [JSON_MEDIA_TYPE]: { schema: Type.Object({}) } } }),
      ...errorResponses([
        'invalidValue',
        'missingBody',
        'invalidJson',
        'limitExceeded',
        'malformedRequest',
        'unknownPath',
        'bodyTooLarge',
        'unsupportedMediaType',
        'unavailable'
      ])
    }
  }
}
