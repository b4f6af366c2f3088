import { createServer } from 'node:net'
import { CallbackGuard, newWebhookSecret, WebhookSender } from '@crm-lite/adapters-http'
import { FORBIDDEN_HOSTS } from '@crm-lite/adapters-http/testing'
import { openWorld } from '../event-world.ts'
import { startServer, type Test } from '../start-crm.ts'
import { startCompactReceiver } from './compact-receiver.ts'
import { type Figure, Figures } from './figure.ts'

export interface GuardOptions {
  /** Makes an empty database. */
  readonly newDatabase: () => Promise<string>
  readonly engine: string
}

const NAMES = ['localhost', 'LOCALHOST', 'loc%61lhost']
const HUB = '/tmf-api/customerManagement/v4/hub'

/** Nobody gets the server to connect to an address that is not public: not by registering, and not by having registered. */
export async function proveGuard(t: Test, { newDatabase, engine }: GuardOptions): Promise<Figure[]> {
  const figures = new Figures('callback guard', engine)
  const { port, connections } = await startListener(t)
  const callbacks = [...FORBIDDEN_HOSTS, ...NAMES].map(host => `https://${host}:${port}/hook`)
  figures.atLeast('forms of private addresses', callbacks.length, 60)

  const server = await startServer(t, { DATABASE_URL: await newDatabase() })
  figures.exactly('registrations that were not refused', await accepted(server.url, callbacks), 0)
  server.process.kill('SIGTERM')
  await server.exited()

  // As if they had been registered when that was still allowed.
  const world = await openWorld(t, await newDatabase(), { CRM_MODE: 'production' })
  for (const callback of callbacks) await world.subscribe(callback)
  await world.create('Moon')
  await world.deliver()
  const refused = world.marks.filter(({ step, code }) => step === 'retry' && code === 'forbiddenAddress')
  figures.exactly('deliveries that were not refused', callbacks.length - refused.length, 0)
  figures.exactly('sends to a name that changed after it was checked, not refused', await rebinding(port), 0)
  figures.exactly('connections', connections(), 0)

  const receiver = await startCompactReceiver(t)
  const development = await openWorld(t, await newDatabase())
  await development.subscribe(receiver.url)
  await development.create('Moon')
  await development.deliver()
  figures.exactly('where loopback is allowed: events missing', 1 - receiver.counts.size, 0)
  return figures.all
}

async function accepted(url: string, callbacks: readonly string[]): Promise<number> {
  let count = 0
  for (const callback of callbacks) {
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(`${url}${HUB}`, { method: 'POST', headers, body: JSON.stringify({ callback }) })
    if (status !== 400) count += 1
  }
  return count
}

/** Public when it is registered, this machine when it is connected to. */
async function rebinding(port: number): Promise<number> {
  let asked = 0
  const resolve = async () => [{ address: asked++ === 0 ? '93.184.215.14' : '127.0.0.1', family: 4 }]
  const guard = new CallbackGuard({ development: false, allowedCidrs: [], resolve })
  const sender = new WebhookSender({ guard })
  const url = `https://rebinding.example.com:${port}/hook`
  if ((await guard.checkAtRegistration(url)) !== undefined) throw new Error('it was public')
  const result = await sender.send({ url, id: '1', timestamp: new Date(), body: '{}', secrets: [newWebhookSecret()] })
  await sender.close()
  return result.kind === 'unreachable' && result.reason === 'forbiddenAddress' ? 0 : 1
}

/** Listens on every address of this machine and counts who connects. */
async function startListener(t: Test): Promise<{ port: number; connections: () => number }> {
  let count = 0
  const server = createServer(socket => {
    count += 1
    socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, resolve))
  t.teardown(() => new Promise(resolve => server.close(resolve)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, connections: () => count }
}
