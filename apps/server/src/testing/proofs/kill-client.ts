import type { Random } from '../../seed/random.ts'
import { aCustomer } from '../customers-client.ts'
import { sendUntilAnswered } from './persistent-request.ts'

const PATH = '/tmf-api/customerManagement/v4/customer'

/** What a client was told, and so what must be there. */
export interface Ledger {
  /** By id: the last revision that was acknowledged, or that it was deleted. */
  readonly resources: Map<string, number | 'deleted'>
  /** Every event that the acknowledged writes must have: `<id> <revision> <kind>`. */
  readonly events: Set<string>
  acknowledged: number
  /** How often requests had to be sent again, because the server was gone before it answered. */
  repeated: number
}

export const newLedger = (): Ledger => ({ resources: new Map(), events: new Set(), acknowledged: 0, repeated: 0 })

interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object
}

interface Options {
  readonly name: string
  /** Where the server is now; it may be another one a moment later. */
  readonly url: () => string
  readonly random: Random
  readonly ledger: Ledger
  readonly isDone: () => boolean
}

interface Own {
  readonly id: string
  revision: number
}

/**
 * Creates, changes and deletes customers of its own, one write after the other. A write that was not answered is repeated with the same
 * idempotency key until it is.
 */
export async function writeUntilDone({ name, url, random, ledger, isDone }: Options): Promise<void> {
  const own: Own[] = []
  let count = 0
  while (!isDone()) {
    count += 1
    const send = (write: Write) => answered(url, write, `${name}-${count}`, ledger)
    const at = own.length > 0 ? random.between(0, own.length - 1) : -1
    const target = own[at]
    if (!target || random.chance(0.5)) own.push(await create(send, ledger, `${name}/${count}`))
    else if (random.chance(0.75)) await change(send, ledger, target, random, `${name}/${count}`)
    else {
      await remove(send, ledger, target)
      own.splice(at, 1)
    }
    ledger.acknowledged += 1
  }
}

type Send = (write: Write) => Promise<Response>

async function create(send: Send, ledger: Ledger, customer: string): Promise<Own> {
  const response = await send({ method: 'POST', path: '', body: aCustomer(customer) })
  const { id } = (await response.json()) as { id: string }
  ledger.resources.set(id, 1)
  ledger.events.add(`${id} 1 created`)
  return { id, revision: 1 }
}

async function change(send: Send, ledger: Ledger, target: Own, random: Random, value: string): Promise<void> {
  const kinds = random.pick<readonly ('attributesChanged' | 'stateChanged')[]>([
    ['attributesChanged'],
    ['stateChanged'],
    ['attributesChanged', 'stateChanged']
  ])
  const body = {
    ...(kinds.includes('attributesChanged') && { name: value }),
    ...(kinds.includes('stateChanged') && { status: value })
  }
  await send({ method: 'PATCH', path: `/${target.id}`, body })
  target.revision += 1
  ledger.resources.set(target.id, target.revision)
  for (const kind of kinds) ledger.events.add(`${target.id} ${target.revision} ${kind}`)
}

async function remove(send: Send, ledger: Ledger, { id, revision }: Own): Promise<void> {
  await send({ method: 'DELETE', path: `/${id}` })
  ledger.resources.set(id, 'deleted')
  ledger.events.add(`${id} ${revision} deleted`)
}

async function answered(url: () => string, { method, path, body }: Write, key: string, ledger: Ledger): Promise<Response> {
  const response = await sendUntilAnswered({
    method,
    url: () => `${url()}${PATH}${path}`,
    idempotencyKey: key,
    ...(body && { body }),
    onRepeat: () => {
      ledger.repeated += 1
    }
  })
  if (!response.ok) throw new Error(`${method} was answered with ${response.status}: ${await response.text()}`)
  if (method !== 'POST') await response.arrayBuffer()
  return response
}
