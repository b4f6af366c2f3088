import { METHODS } from 'node:http'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { refusal } from '../representation/failure.ts'

/** The methods that each path supports. */
export type MethodsByPath = Map<string, Set<string>>

/** Notes which methods the routes that are registered from now on support. */
export function collectMethods(app: FastifyInstance): MethodsByPath {
  const found: MethodsByPath = new Map()
  app.addHook('onRoute', (route: RouteOptions) => {
    const methods = found.get(route.url) ?? new Set()
    for (const method of [route.method].flat()) methods.add(method)
    found.set(route.url, methods)
  })
  return found
}

/** Registers every other method of every path: 405, or for OPTIONS 204, both with `Allow`. */
export function registerMethodNotAllowed(app: FastifyInstance, found: MethodsByPath): void {
  // A CONNECT never arrives as a request.
  const known = METHODS.filter(method => method !== 'CONNECT')
  for (const method of known) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  for (const [url, methods] of [...found]) {
    if (url !== '*') register(app, url, [...methods], known)
  }
}

function register(app: FastifyInstance, url: string, supported: readonly string[], known: readonly string[]): void {
  const allow = [...new Set([...supported, 'OPTIONS'])].sort().join(', ')
  const refused = known.filter(method => method !== 'OPTIONS' && !supported.includes(method))
  const refuse = async () => {
    throw refusal('methodNotAllowed', undefined, { allow })
  }
  // In a hook, before the body is read: what a method that is not served sends does not matter.
  app.route({ method: refused, url, schema: { hide: true }, onRequest: refuse, handler: refuse })
  if (supported.includes('OPTIONS')) return
  app.options(url, {
    schema: { hide: true },
    onRequest: async (_request, reply) => reply.code(204).header('allow', allow).send(),
    handler: refuse
  })
}
