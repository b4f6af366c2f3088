import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Product } from '@crm-lite/domain'
import type { SimulatorCounts, Subscription } from '@crm-lite/fms-simulator'
import t from 'tap'
import { freePort } from './free-port.ts'
import { startFms } from './testing/proofs/fms-process.ts'
import { hasWhatTheKitWants } from './testing/provision.ts'
import { type CrmServer, newSqliteUrl, runCrm, startServer } from './testing/start-crm.ts'

t.setTimeout(600_000)

const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'
const PRODUCTS = '/tmf-api/productInventory/v4/product'
const PATIENCE_MS = 30_000

async function read<T>(url: string): Promise<T> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}`)
  return (await response.json()) as T
}

async function eventually<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await pause(50)) {
    const answer = await ask()
    if (isIt(answer)) return answer
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`)
  }
}

function simulatorOf(server: CrmServer): string {
  const url = /FMS simulator +(http:\/\/127\.0\.0\.1:\d+\/admin)/.exec(server.stdout())?.[1]
  if (url === undefined) throw new Error(`no simulator in ${server.stdout()}`)
  return url
}

/** As it stands in the README, for people to try out. */
function orderOfReadme(): string {
  const text = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const orders = text.match(/(?<=')\{[^']*"productOrderItem"[^']*\}(?=')/g) ?? []
  if (orders.length !== 1) throw new Error(`there are ${orders.length} orders in the README`)
  return orders[0]!
}

t.test('in development the order of the README is provisioned in seconds, and its product is in the inventory', async t => {
  // Set to nothing is not set: the simulator is what development has by default.
  const env = {
    CRM_MODE: 'development',
    FMS_SIMULATOR: '',
    DATABASE_URL: newSqliteUrl(t),
    PORT: String(await freePort('127.0.0.1'))
  }
  const server = await startServer(t, env)
  const admin = simulatorOf(server)
  const [subscription] = await eventually(
    () => read<Subscription[]>(`${admin}/subscription`),
    ({ length }) => length === 1
  )
  t.match(subscription?.callback, new RegExp(`^${server.url}/fms-listener/[\\w-]{32}$`))

  const placed = await fetch(`${server.url}${ORDERS}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: orderOfReadme()
  })
  t.equal(placed.status, 201)
  const { id } = (await placed.json()) as { id: string }
  const startedAt = performance.now()
  const { state } = await eventually(
    () => read<{ state: string }>(`${server.url}${ORDERS}/${id}`),
    order => order.state !== 'acknowledged' && order.state !== 'inProgress'
  )
  t.equal(state, 'completed')
  t.comment(`provisioned after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  const [product] = await read<Product[]>(`${server.url}${PRODUCTS}`)
  t.match(product, { status: 'active', href: `${server.url}${PRODUCTS}/`, productSerialNumber: /^HOME/ })
  hasWhatTheKitWants(t, product!)
  const counts = await read<SimulatorCounts>(admin)
  t.ok((counts.callbacks['delivered'] ?? 0) > 1, 'it was told by callbacks: that it has begun, and that it is done')
  t.equal(counts.callbacks['refused'], 0)
  t.match(counts.byState, { completed: 1 })
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  t.match(metrics, /^fms_calls_total\{call="create",outcome="ok",code=""\} 1$/m)
  t.match(metrics, /^fulfilments_waiting 0$/m)
  t.notMatch(server.stdout(), subscription?.callback.split('/').at(-1), 'the secret is not printed')

  server.process.kill('SIGTERM')
  t.equal(await server.exited(), 0)
  await t.rejects(fetch(admin), 'the simulator ends with the server')

  const again = await startServer(t, env)
  const adminAgain = simulatorOf(again)
  t.match(await read<SimulatorCounts>(adminAgain), { byState: { completed: 1 } }, 'what it has provisioned it still knows')
  t.equal((await read<Subscription[]>(`${adminAgain}/subscription`)).length, 1, 'and whom to call back')
  again.process.kill('SIGKILL')
  await again.exited()
  await t.rejects(fetch(adminAgain), 'nothing of it stays behind a server that is killed')
})

t.test('without an FMS that is said once', async t => {
  const server = await startServer(t, { DATABASE_URL: newSqliteUrl(t) })
  await server.printed('there is no FMS')
  t.equal(server.stdout().match(/there is no FMS/g)?.length, 1)
})

t.test('a worker in a process of its own brings no simulator, and says so', async t => {
  const env = { CRM_MODE: 'development', FMS_SIMULATOR: '', DATABASE_URL: 'postgres://crm@127.0.0.1:1/crm' }
  const { code, stderr } = await runCrm(t, ['worker'], env)
  t.equal(code, 1)
  t.match(stderr, /^crm: crm worker brings no FMS simulator: set FMS_URL/)
})

t.test('an FMS of the older version is enough', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'crm-v3-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const fms = await startFms(t, { file: join(folder, 'fms.db'), port: await freePort('127.0.0.1'), paceMs: 50, settleMs: 100 })
  const server = await startServer(t, {
    CRM_MODE: 'development',
    DATABASE_URL: newSqliteUrl(t),
    PORT: String(await freePort('127.0.0.1')),
    FMS_URL: fms.url,
    FMS_VERSION: 'v3'
  })
  const placed = await fetch(`${server.url}${ORDERS}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: orderOfReadme()
  })
  const { id } = (await placed.json()) as { id: string }
  await eventually(
    () => read<{ state: string }>(`${server.url}${ORDERS}/${id}`),
    ({ state }) => state === 'completed'
  )
  t.match(await read<Product[]>(`${server.url}${PRODUCTS}`), [{ status: 'active', productSerialNumber: /^HOME/ }])
  const { callbacks } = await fms.counts()
  t.ok((callbacks['delivered'] ?? 0) > 0, 'it was told so by callbacks')
})
