import type { FastifyInstance } from 'fastify'
import type { Operation } from '../binding.ts'
import { JSON_PATCH_MEDIA_TYPE, MERGE_PATCH_MEDIA_TYPE, parseAsJson } from '../plugins/body-parsing.ts'
import { answersOf } from '../plugins/direct-answer.ts'
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

/** The operations of a resource: those that its binding names. */
export function registerResourceRoutes(app: FastifyInstance, served: ServedResource): void {
  const { path, binding, othersAddHeaders } = served
  const item = `${path}/:id`
  const schemas = resourceRouteSchemas(served)
  const can = (operation: Operation) => binding.operations?.includes(operation) ?? true
  if (can('list')) app.get<{ Querystring: RawQuery }>(path, { schema: schemas.list }, listResources(served))
  if (can('create')) app.post<{ Querystring: RawQuery }>(path, { schema: schemas.create }, postResource(served))
  if (can('get')) {
    app.get<Item>(item, { schema: schemas.get }, getResource(served, answersOf(app, item, { othersAddHeaders })))
  }
  if (can('delete')) app.delete<Item>(item, { schema: schemas.delete }, removeResource(served))
  if (!can('patch')) return
  app.register(async scope => {
    parseAsJson(scope, MERGE_PATCH_MEDIA_TYPE)
    parseAsJson(scope, JSON_PATCH_MEDIA_TYPE)
    scope.patch<Item>(item, { schema: schemas.patch }, patchResource(served))
  })
}
