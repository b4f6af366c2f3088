import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formatsPlugin from 'ajv-formats'
import type { Answer } from './wire-client.ts'

/** As much of an OpenAPI 3.1 document as is needed to hold answers against it. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

interface Operation {
  readonly operationId?: string
  readonly responses: Readonly<Record<string, DocumentedResponse>>
}

interface DocumentedResponse {
  readonly content?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: { readonly type?: string } }>>
}

export interface OpenApiValidator {
  /** What an answer does that the document does not say, in words; nothing when it keeps to it. */
  faultsOf(method: string, path: string, answer: Answer): string[]
  /** What is wrong with a value, by the name of a schema. */
  schemaFaults(name: string, value: unknown): string[]
}

/** Given before it is known which path is asked for: HTTP that is none, headers that are too large. No operation documents them. */
const BEFORE_ROUTING: ReadonlySet<unknown> = new Set([
  'malformedUrl',
  'malformedRequest',
  'headersTooLarge',
  'expectationFailed',
  'requestTimeout'
])

/**
 * Holds answers against a document: the status of the operation must be documented, and for it the headers, the media type and the body.
 * What no operation can document is held against the schemas of errors: 404 for paths and 405 for methods that are not served.
 */
export function openApiValidator(document: OpenApiDocument): OpenApiValidator {
  const check = schemaChecker(document)
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations,
    matches: matcher(template)
  }))
  const schemaFaults = (name: string, value: unknown) => check(['components', 'schemas', name], value)

  /** An error that no operation documents. */
  const errorFaults = (codes: ReadonlySet<unknown>, method: string, answer: Answer): string[] => {
    const mediaType = mediaTypeOf(answer)
    const schema = { 'application/json': 'Error', 'application/problem+json': 'Problem' }[mediaType ?? '']
    if (schema === undefined) return [`${answer.status} with ${mediaType}`]
    if (method === 'HEAD') return answer.text === '' ? [] : ['a body']
    const body = parsed(answer)
    const code = (body as { code?: unknown } | undefined)?.code
    return [...(codes.has(code) ? [] : [`${answer.status} ${code} is not documented`]), ...schemaFaults(schema, body)]
  }

  const documentedFaults = (template: string, method: string, responses: Operation['responses'], answer: Answer): string[] => {
    const response = responses[answer.status]
    if (!response) return errorFaults(BEFORE_ROUTING, method, answer)
    const at = ['paths', template, method === 'HEAD' ? 'get' : method.toLowerCase(), 'responses', String(answer.status)]
    const headers = Object.entries(response.headers ?? {}).flatMap(([name, header]) =>
      headerFaults(name, header, answer, value => check([...at, 'headers', name, 'schema'], value))
    )
    return [...headers, ...bodyFaults(response, method, answer, (type, body) => check([...at, 'content', type, 'schema'], body))]
  }

  const faultsOf = (method: string, path: string, answer: Answer): string[] => {
    const pathname = normalized(path)
    const route = pathname === undefined ? undefined : routes.find(each => each.matches(pathname))
    const operation = route?.operations[method === 'HEAD' ? 'get' : method.toLowerCase()]
    if (route && operation) return documentedFaults(route.template, method, operation.responses, answer)
    if (route && method === 'OPTIONS' && answer.status === 204) return optionsFaults(answer)
    const faults = errorFaults(new Set([route ? 'methodNotAllowed' : 'unknownPath', ...BEFORE_ROUTING]), method, answer)
    return answer.status === 405 && answer.headers['allow'] === undefined ? ['405 without Allow', ...faults] : faults
  }
  return { faultsOf, schemaFaults }
}

/** Compiles each schema of the document when it is first needed. */
function schemaChecker(document: OpenApiDocument): (pointer: readonly string[], value: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, validateSchema: true })
  formatsPlugin.default(ajv)
  // The document holds schemas, but is none.
  ajv.addVocabulary([...Object.keys(document), 'example'])
  ajv.addSchema(document, 'openapi', false, false)
  const compiled = new Map<string, ValidateFunction>()
  return (pointer, value) => {
    const $ref = `openapi#/${pointer.map(escaped).join('/')}`
    const validate = compiled.get($ref) ?? ajv.compile({ $ref })
    compiled.set($ref, validate)
    if (validate(value)) return []
    return validate.errors!.slice(0, 5).map(({ instancePath, message }) => `${pointer.at(-1)} ${instancePath}: ${message}`)
  }
}

function headerFaults(
  name: string,
  { required, schema }: { readonly required?: boolean; readonly schema: { readonly type?: string } },
  { headers }: Answer,
  check: (value: unknown) => string[]
): string[] {
  const value = headers[name.toLowerCase()]
  if (value === undefined) return required ? [`the header ${name} is missing`] : []
  const isNumber = schema.type === 'integer' && /^-?\d+$/.test(String(value))
  return check(isNumber ? Number(value) : value).map(fault => `the header ${name}: ${fault}`)
}

function bodyFaults(
  { content }: DocumentedResponse,
  method: string,
  answer: Answer,
  check: (mediaType: string, body: unknown) => string[]
): string[] {
  const mediaType = mediaTypeOf(answer)
  if (content && (mediaType === undefined || !Object.hasOwn(content, mediaType))) return [`${mediaType} is not documented`]
  if (!content || method === 'HEAD') return answer.text === '' ? [] : ['a body that is not documented']
  const isText = mediaType!.startsWith('text/')
  const body = isText ? answer.text : parsed(answer)
  return body === undefined ? ['the body is not JSON'] : check(mediaType!, body)
}

function optionsFaults({ headers, text }: Answer): string[] {
  return headers['allow'] !== undefined && text === '' ? [] : ['OPTIONS without Allow, or with a body']
}

/** As the server reads a path: decoded, without a host and slashes to spare; undefined when it can't be decoded. */
function normalized(path: string): string | undefined {
  const [pathname = ''] = path.replace(/^https?:\/\/[^/?#]*/, '').split(/[?#]/)
  try {
    return decodeURIComponent(pathname.replaceAll(/%2f/gi, '%252F'))
      .replace(/\/{2,}/g, '/')
      .replace(/(.)\/$/, '$1')
  } catch {
    return undefined
  }
}

function matcher(template: string): (path: string) => boolean {
  const literal = template.split(/\{\w+\}/).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`^${literal.join('[^/]+')}$`, 's')
  return path => pattern.test(path)
}

function mediaTypeOf({ headers }: Answer): string | undefined {
  return headers['content-type']?.replace(/;.*/s, '').trim()
}

function parsed({ text }: Answer): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** @source RFC 6901, sections 3 and 6 */
function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}
