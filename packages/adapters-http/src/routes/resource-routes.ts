import type { FastifyInstance } from 'fastify'
import { JSON_PATCH_MEDIA_TYPE, MERGE_PATCH_MEDIA_TYPE, parseAsJson } from '../plugins/body-parsing.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { postResource } from './create-resource.ts'
import { getResource } from './get-resource.ts'
import { listResources } from './list-resources.ts'
import { patchResource } from './patch-resource.ts'
import { removeResource } from './remove-resource.ts'
import { resourceRouteSchemas } from './resource-route-schemas.ts'
import type { ServedResource } from './served-resource.ts'

interface Item {
  Params: { id: string }
  Querystring: RawQuery
}

/** The five operations of a resource, the same for every resource. */
export function registerResourceRoutes(app: FastifyInstance, served: ServedResource): void {
  const { path } = served
  const schemas = resourceRouteSchemas(served)
  app.get<{ Querystring: RawQuery }>(path, { schema: schemas.list }, listResources(served))
  app.post<{ Querystring: RawQuery }>(path, { schema: schemas.create }, postResource(served))
  app.get<Item>(`${path}/:id`, { schema: schemas.get }, getResource(served))
  app.delete<Item>(`${path}/:id`, { schema: schemas.delete }, removeResource(served))
  app.register(async scope => {
    parseAsJson(scope, MERGE_PATCH_MEDIA_TYPE)
    parseAsJson(scope, JSON_PATCH_MEDIA_TYPE)
    scope.patch<Item>(`${path}/:id`, { schema: schemas.patch }, patchResource(served))
  })
}
