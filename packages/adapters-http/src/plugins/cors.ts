import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const exposedHeaders = [
  'ETag',
  'Link',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'X-Cursor',
  'X-Request-Id',
  'X-Result-Count',
  'X-Total-Count'
]

/** Lets browsers of these origins call the API. Without origins nothing is registered. */
export async function registerCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(cors, {
    delegator: (request, decide) =>
      decide(null, {
        origin: [...origins],
        methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
        exposedHeaders,
        maxAge: 600,
        // Other OPTIONS requests are answered by the path itself, with `Allow`.
        preflight: isPreflight(request)
      })
  })
}

function isPreflight({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}
