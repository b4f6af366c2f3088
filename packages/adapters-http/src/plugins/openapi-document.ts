/** The parts of an OpenAPI document that are cut into smaller ones. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: OpenApiInfo
  readonly servers?: readonly { readonly url: string }[]
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

export interface OpenApiOperation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> }
  readonly responses: Readonly<Record<string, OpenApiResponse>>
}

export interface OpenApiResponse {
  readonly content?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>
}

const SCHEMAS = '#/components/schemas/'

/** The document of the paths that start with `prefix`, with only the tags and components that they need. */
export function documentBelow(whole: OpenApiDocument, prefix: string, info: OpenApiInfo): OpenApiDocument {
  const paths = Object.fromEntries(Object.entries(whole.paths).filter(([path]) => path.startsWith(prefix)))
  const used = new Set(Object.values(paths).flatMap(path => Object.values(path).flatMap(operation => operation.tags ?? [])))
  const names = referredFrom(paths, whole.components.schemas)
  const schemas = Object.fromEntries(Object.entries(whole.components.schemas).filter(([name]) => names.has(name)))
  return { ...whole, info, tags: (whole.tags ?? []).filter(({ name }) => used.has(name)), paths, components: { schemas } }
}

/** The names of all schemas that a part of a document refers to, directly or not. */
function referredFrom(part: unknown, schemas: Readonly<Record<string, unknown>>): Set<string> {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref' && typeof value === 'string' && value.startsWith(SCHEMAS)) follow(value.slice(SCHEMAS.length))
      else visit(value)
    }
  }
  const follow = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    visit(schemas[name])
  }
  visit(part)
  return found
}

/** The same document, in which the response headers that always come are required. The plugin that makes it has no word for that. */
export function withRequiredHeaders(document: OpenApiDocument, occasional: ReadonlySet<string>): OpenApiDocument {
  const response = (each: OpenApiResponse): OpenApiResponse =>
    each.headers ? { ...each, headers: mapped(each.headers, required) } : each
  const required = (header: object, name: string) => (occasional.has(name) ? header : { ...header, required: true })
  const operation = (each: OpenApiOperation) => ({ ...each, responses: mapped(each.responses, response) })
  return { ...document, paths: mapped(document.paths, path => mapped(path, operation)) }
}

function mapped<From, To>(record: Readonly<Record<string, From>>, change: (value: From, name: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
}
