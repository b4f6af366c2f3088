import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { errorResponses } from '../routes/response-schemas.ts'

export interface Version {
  readonly version: string
  readonly commit?: string
}

/** `/version`: what is running. */
export function registerVersion(app: FastifyInstance, version: Version): void {
  const body = Type.Object(
    {
      version: Type.String({ description: 'The version of the server.', examples: ['0.1.0'] }),
      commit: Type.Optional(Type.String({ description: 'The commit that it was built from, where that is known.' }))
    },
    { description: 'What is running.' }
  )
  const schema = { summary: 'Which version is running', tags: ['operations'], response: { 200: body, ...errorResponses([]) } }
  app.get('/version', { schema }, async () => version)
}
