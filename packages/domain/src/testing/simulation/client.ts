import { DomainError } from '../../kernel/errors.ts'
import type { RequestContext } from '../../kernel/request-context.ts'
import type { ResourceDefinition } from '../../kernel/resource.ts'
import type { Outcome } from '../../ports/unit-of-work.ts'
import { ConnectionLost } from './simulated-process.ts'
import { insistThat, Violation } from './violation.ts'
import { isUnavailable, type Server, TENANT, type World } from './world.ts'

export type Request = (server: Server, context: RequestContext) => Promise<Outcome>

export interface RequestOptions {
  /** How often somebody asks before giving up; without an end by default. */
  readonly tries?: number
}

/** Somebody who asks a server for changes, and asks again, with the same key, when it is not certain what has become of it. */
export class Client {
  readonly name: string
  readonly world: World
  #requests = 0

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
  }

  /**
   * @returns undefined when it was refused, or when it was given up: then it may be done or not
   */
  async request(
    what: string,
    definition: ResourceDefinition,
    request: Request,
    { tries = 1_000 }: RequestOptions = {}
  ): Promise<Outcome | undefined> {
    const key = `${this.name}-${++this.#requests}`
    const context: RequestContext = {
      tenant: TENANT,
      actor: this.name,
      correlationId: key,
      idempotency: { scope: what, key, fingerprint: key }
    }
    for (let attempt = 1; attempt <= tries; attempt++) {
      const isImpatient = this.world.random.chance(0.05)
      const answers = [
        this.#ask(what, definition, request, context),
        ...(isImpatient ? [this.#ask(what, definition, request, context)] : [])
      ]
      const [first, second] = await Promise.all(answers)
      if (first && second) this.#compare(what, first, second)
      if (first === 'refused' || second === 'refused') return undefined
      if (first ?? second) return first ?? second
      await this.world.pause(10, 3_000)
    }
    this.world.note('given up', what)
    return undefined
  }

  /** Undefined: nobody knows. */
  async #ask(
    what: string,
    definition: ResourceDefinition,
    request: Request,
    context: RequestContext
  ): Promise<Outcome | 'refused' | undefined> {
    const { world } = this
    const server = world.random.pickIfAny(world.servers.filter(({ isReady }) => isReady))
    if (!server) return undefined
    try {
      const outcome = await server.process.call(() => request(server, context))
      world.acknowledged(definition, outcome)
      world.note(what, `${outcome.kind} ${outcome.stored.id}`)
      return outcome
    } catch (error) {
      if (error instanceof ConnectionLost || isUnavailable(error)) return undefined
      if (error instanceof DomainError) {
        world.note(`${what} refused`, error.code)
        return 'refused'
      }
      if (error instanceof Violation) throw error
      throw new Violation(`${what} failed: ${String(error instanceof Error ? error.stack : error)}`)
    }
  }

  #compare(what: string, first: Outcome | 'refused', second: Outcome | 'refused'): void {
    if (first === 'refused' || second === 'refused') return
    const isSame = first.stored.document === second.stored.document && first.stored.id === second.stored.id
    insistThat(isSame, () => `the same request (${what}) was answered with ${first.stored.id} and with ${second.stored.id}`)
  }
}
