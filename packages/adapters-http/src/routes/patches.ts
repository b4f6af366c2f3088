import { type Change, isObject } from '@crm-lite/domain'
import { JSON_PATCH_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import { checkJson } from '../plugins/check-json.ts'
import { MAX_BODY_BYTES } from '../plugins/server-options.ts'
import { ApiError, type ApiFault } from '../representation/api-error.ts'
import { refusal } from '../representation/failure.ts'
import { applyJsonPatch, checkedOperations } from './json-patch.ts'
import type { ResourceHandlers } from './resource-handlers.ts'
import type { ServedResource } from './served-resource.ts'

/**
 * What a patch makes of a resource. The patch sees `href`, which is not stored: it may repeat it, as it may repeat `id`, but not
 * change it. A removed `@type` becomes the default one again.
 *
 * @throws {ApiError} 400 when the body is no patch; from the returned function, when it can't be applied
 */
export function patchOf(served: ServedResource, id: string, mediaType: string | undefined, body: unknown): Change['apply'] {
  const href = `${served.hrefBase}${id}`
  const patch = mediaType === JSON_PATCH_MEDIA_TYPE ? jsonPatch(body) : ofMergePatch(body, served.handlers.merge)
  return current => {
    const { href: patchedHref, ...patched } = patch({ ...current, href })
    if (patchedHref !== href) throw serverOwned('href')
    if (patched['id'] !== id) throw serverOwned('id')
    return patched['@type'] === undefined ? { '@type': served.binding.definition.type, ...patched } : patched
  }
}

/** A resource can grow over what one request may send: by many patches, or by one that copies or moves. */
export function oversizeFaults(resource: Record<string, unknown>): ApiFault[] {
  const fault = checkJson(resource)
  if (fault) return [fault]
  if (Buffer.byteLength(JSON.stringify(resource)) <= MAX_BODY_BYTES) return []
  return [{ code: 'limitExceeded', pointer: '', message: 'the resource would be larger than what one request may send' }]
}

type Patch = (resource: Readonly<Record<string, unknown>>) => Record<string, unknown>

function ofMergePatch(body: unknown, merge: ResourceHandlers['merge']): Patch {
  if (!isObject(body)) throw refusal('invalidPatch', 'a merge patch is an object')
  return resource => merge(resource, body) as Record<string, unknown>
}

function jsonPatch(body: unknown): Patch {
  const operations = checkedOperations(body)
  return resource => applyJsonPatch(resource, operations)
}

function serverOwned(name: string): ApiError {
  return new ApiError(400, {
    code: 'serverOwned',
    pointer: `/${name}`,
    message: `${name} is set by the server and cannot be changed`
  })
}
