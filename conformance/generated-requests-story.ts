import type { ResourceBinding } from '@crm-lite/adapters-http'
import { CANARY } from '@crm-lite/adapters-http/testing'
import { sameJson } from '@crm-lite/domain'
import type { OpenApiValidator } from './openapi-validator.ts'
import type { Answer, WireClient, WireRequest } from './wire-client.ts'

export type Resource = Readonly<Record<string, unknown>>

/** One kind of resource where it is served. */
export interface Collection {
  readonly binding: ResourceBinding
  readonly path: string
  /** With the server in front, as in `href`. */
  readonly url: string
  /** What must be answered to whoever creates one, where that is more than what was sent. */
  readonly expected?: (sent: Resource, answered: Resource) => Resource
  /** What is kept of the result of a patch, where that is more than the result. */
  readonly completed?: (patched: Resource) => Resource
}

/** What must be stored now. */
export interface Known {
  readonly id: string
  /** As it is answered, with `href`. */
  readonly document: Resource
  readonly etag: string
}

/** What many stories together came to. */
export class Findings {
  readonly faults: string[] = []
  /** How often each answer was given: `POST collection 201`. */
  readonly answers = new Map<string, number>()

  get requests(): number {
    return [...this.answers.values()].reduce((sum, each) => sum + each, 0)
  }
}

interface Surroundings {
  readonly client: WireClient
  readonly validator: OpenApiValidator
  readonly findings: Findings
}

/** Something that happens in a story. */
export type Step = (story: Story) => Promise<void>

const MAX_SHOWN = 600

/**
 * The life of one resource that nobody else changes, told in requests. Each answer is held against the documentation, and must not
 * repeat what was wrong in the request.
 */
export class Story {
  readonly collection: Collection
  /** The resource that the story is about, while there is one. */
  known: Known | undefined
  readonly #surroundings: Surroundings

  constructor(collection: Collection, surroundings: Surroundings) {
    this.collection = collection
    this.#surroundings = surroundings
  }

  /** Where the resource is, or where one would be. */
  get item(): string {
    return `${this.collection.path}/${this.known?.id ?? 'nobody'}`
  }

  schemaFaults(value: unknown): string[] {
    return this.#surroundings.validator.schemaFaults(this.collection.binding.definition.type, value)
  }

  /** @returns the answer, and how to say that it is not what it should be */
  async send(request: WireRequest): Promise<Exchange> {
    const { client, validator, findings } = this.#surroundings
    const answer = await client.send(request).catch((error: NodeJS.ErrnoException): Answer => {
      findings.faults.push(`no answer (${error.code}) to ${shown(request)}`)
      return { status: 0, headers: {}, text: '' }
    })
    const key = `${request.method} ${this.#placeOf(request.path)} ${answer.status}`
    findings.answers.set(key, (findings.answers.get(key) ?? 0) + 1)
    const exchange = new Exchange(request, answer, findings)
    if (answer.status === 0) return exchange
    exchange.expect(answer.status < 500, 'the server fails')
    exchange.expect(answer.status < 400 || !JSON.stringify(answer).includes(CANARY), 'an error repeats a value')
    // The pages for people are no API.
    if (!/^\/+docs(\/|$)/.test(request.path)) {
      for (const fault of validator.faultsOf(request.method, request.path, answer)) exchange.expect(false, fault)
    }
    return exchange
  }

  /** Reads the resource: it must be as it is known. */
  async readBack(): Promise<void> {
    const exchange = await this.send({ method: 'GET', path: this.item })
    const { known } = this
    if (!known) return exchange.expectStatus(404)
    exchange.expectStatus(200)
    exchange.expect(sameJson(exchange.json(), known.document), 'another resource than was written')
    exchange.expect(exchange.answer.headers.etag === known.etag, `another revision than ${known.etag}`)
  }

  #placeOf(path: string): string {
    const { path: collection } = this.collection
    if (!path.startsWith(collection)) return 'elsewhere'
    return /^[?#]|^$/.test(path.slice(collection.length)) ? 'collection' : 'item'
  }
}

/** A request and its answer. */
export class Exchange {
  readonly request: WireRequest
  readonly answer: Answer
  readonly #findings: Findings

  constructor(request: WireRequest, answer: Answer, findings: Findings) {
    this.request = request
    this.answer = answer
    this.#findings = findings
  }

  expect(holds: boolean, otherwise: string): void {
    if (holds || this.answer.status === 0) return
    const { status, headers, text } = this.answer
    const answered = `${status} ${headers['content-type'] ?? ''} ${text.slice(0, MAX_SHOWN)}`
    this.#findings.faults.push(`${otherwise}\n  ${shown(this.request)}\n  ${answered}`)
  }

  expectStatus(...statuses: readonly number[]): void {
    this.expect(statuses.includes(this.answer.status), `not ${statuses.join(' or ')}`)
  }

  /** Of an error. */
  expectCode(code: string): void {
    this.expect(this.answer.text.includes(`"code":"${code}"`), `not ${code}`)
  }

  get isSuccess(): boolean {
    return this.answer.status >= 200 && this.answer.status < 300
  }

  json(): unknown {
    try {
      return JSON.parse(this.answer.text) as unknown
    } catch {
      return undefined
    }
  }

  /** The answered resource; empty when it is none. */
  resource(): Resource {
    const value = this.json()
    return typeof value === 'object' && value !== null ? (value as Resource) : {}
  }
}

function shown({ method, path, headers = {}, body }: WireRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${JSON.stringify(value.slice(0, MAX_SHOWN))}`)
  const text = body === undefined ? '' : JSON.stringify(body.toString('utf8').slice(0, MAX_SHOWN))
  return [`${method} ${path.slice(0, 2 * MAX_SHOWN)}`, ...lines, text].join('\n    ')
}
