import {
  type DecisionsOnFallout,
  decideOnManyFallouts,
  type FailedDecision,
  type FalloutCommand,
  type Filter,
  MAX_DECISIONS
} from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { FalloutDecisions } from '../apis/order-journey/fallout-command-schemas.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { parseFilter, parseQueryString, SELECTION_PARAMETERS } from '../query/index.ts'
import { ApiError, badParameter } from '../representation/api-error.ts'
import { toFailure } from '../representation/failure.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { commandFailures, commandIn, jsonOf, reasonOf } from './command-exchange.ts'
import type { FalloutDecisionKind } from './fallout-commands.ts'
import * as header from './header-schemas.ts'
import { contextOf } from './idempotency.ts'
import { FILTER_DESCRIPTION, filterParameters } from './parameter-schemas.ts'
import { errorResponses, response } from './response-schemas.ts'
import type { ServedFallout } from './served-fallout.ts'

interface DecisionRoute {
  readonly name: FalloutCommand['action']
  readonly kind: FalloutDecisionKind
}

type OfMany = { Querystring: RawQuery }

/** The same decision about all records that a filter finds. */
export function registerManyFallouts(app: FastifyInstance, served: ServedFallout, route: DecisionRoute): void {
  app.post<OfMany>(`${served.fallouts.path}/${route.name}`, { schema: schemaOf(served, route) }, decideMany(served, route))
}

function decideMany(served: ServedFallout, { name, kind }: DecisionRoute) {
  const { services, validators, inFlight, path } = served.fallouts
  const check = validators.checkOf(kind.schema)
  return async (request: FastifyRequest<OfMany>, reply: FastifyReply): Promise<string> => {
    const { raw } = request.query
    const filter = filterIn(raw, served)
    const context = contextOf(request, `${path}/${name}?${raw}`)
    const body = commandIn(request, check)
    const decision = { filter, command: kind.command(body), ...reasonOf(body) }
    const decisions = await inFlight.once(context, () => decideOnManyFallouts(services, decision, context))
    reply.type(JSON_TYPE)
    return JSON.stringify({ action: name, ...toldDecisions(decisions, served) })
  }
}

/**
 * Everything that is open is a filter too: it has to be written.
 *
 * @throws {ApiError} 400
 */
function filterIn(raw: string, { fallouts }: ServedFallout): Filter {
  const parameters = parseQueryString(raw)
  const selection = parameters.find(({ name }) => SELECTION_PARAMETERS.has(name))
  if (selection) throw badParameter(selection.name, 'unknownParameter', 'decisions are made about all records that match')
  if (parameters.length === 0) {
    throw new ApiError(400, { code: 'missingAttribute', message: 'a filter says about which records, such as status=open' })
  }
  return parseFilter(parameters, {
    attributes: fallouts.binding.attributes,
    extensions: fallouts.extensions,
    hrefBase: fallouts.hrefBase
  })
}

function toldDecisions({ done, failed, left }: DecisionsOnFallout, { onFailure }: ServedFallout) {
  return { done, failed: failed.map(each => toldFailure(each, onFailure)), left }
}

function toldFailure({ id, error }: FailedDecision, onFailure: ServedFallout['onFailure']) {
  const { status, faults, allowed } = toFailure(error)
  if (status === 500) onFailure(error)
  const [{ code, message }] = faults
  return { id, code, message, ...(allowed && { allowed }) }
}

function schemaOf({ fallouts }: ServedFallout, { name, kind }: DecisionRoute): FastifySchema {
  return {
    operationId: `${name}ManyFallouts`,
    summary: `${kind.summary}: of all that match`,
    description:
      `${kind.description} About every record that matches and is not resolved, the oldest first, each by itself, at most ${MAX_DECISIONS}: ` +
      `\`left\` says how many are left for another request. A filter must be given. ${FILTER_DESCRIPTION}`,
    tags: [fallouts.binding.definition.name],
    querystring: Type.Object(filterParameters(fallouts)),
    headers: Type.Object({ 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
    body: { content: jsonOf(kind.schema) },
    response: {
      200: response('What came of it.', { content: jsonOf(FalloutDecisions) }),
      ...errorResponses([
        ...commandFailures.filter(code => code !== 'notFound' && code !== 'staleRevision' && code !== 'idempotencyKeyReused'),
        'unknownAttribute',
        'unknownParameter',
        'filterTooCostly',
        'tooManyScans'
      ])
    }
  }
}
