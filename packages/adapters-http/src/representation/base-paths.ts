import type { ApiBinding } from '../binding.ts'

/** Where APIs are served, as far as configuration decides. */
export interface PathOptions {
  readonly tmfBasePath: string
  /** A whole path for one API, by its key: replaces `tmfBasePath` and the API's own path. */
  readonly apiPaths: Readonly<Record<string, string>>
}

/** The path of an API: one slash in front, none at the end. */
export function basePathOf(api: Pick<ApiBinding, 'key' | 'path'>, { tmfBasePath, apiPaths }: PathOptions): string {
  return `/${apiPaths[api.key] ?? `${tmfBasePath}/${api.path}`}`.replace(/\/{2,}/g, '/').replace(/\/$/, '')
}
