import type { Fulfilment } from '@crm-lite/domain'
import type { Random } from '../../seed/random.ts'

const PATH = '/tmf-api/orderJourney/v1'
const AT_ONCE = 100

interface ListedFallout {
  readonly id: string
  readonly fulfilment: { readonly id: string }
}

type Action = 'assign' | 'retry' | 'retryWithChanges' | 'skip' | 'completeByHand' | 'compensate'

/** Retrying is what operators do most. */
const actions: readonly [Action, ...Action[]] = [
  'retry',
  'retry',
  'retry',
  'retry',
  'retryWithChanges',
  'skip',
  'completeByHand',
  'compensate',
  'assign'
]

export interface Desk {
  readonly url: string
  readonly random: Random
  /** How often each decision was taken. */
  readonly taken: Map<Action, number>
  /** Answers that nobody should get. */
  readonly wrong: string[]
}

/** Decides about every fallout record that is open, one way or another. Returns how many there were. */
export async function workOffFallout(desk: Desk): Promise<number> {
  let decided = 0
  const open = await openFallout(desk)
  for (const fallout of open) if (await decide(desk, fallout, desk.random.pick(actions))) decided += 1
  return decided
}

async function openFallout({ url }: Desk): Promise<ListedFallout[]> {
  const all: ListedFallout[] = []
  for (;;) {
    const query = `status=open,assigned&limit=${AT_ONCE}&offset=${all.length}`
    const response = await fetch(`${url}${PATH}/fallout?${query}`)
    if (!response.ok) throw new Error(`fallout is listed with ${response.status}: ${await response.text()}`)
    const page = (await response.json()) as ListedFallout[]
    all.push(...page)
    if (page.length < AT_ONCE) return all
  }
}

/** What cannot be decided is answered with what can. A record that has healed meanwhile is none any more. */
async function decide(desk: Desk, fallout: ListedFallout, action: Action): Promise<boolean> {
  const response = await fetch(`${desk.url}${PATH}/fallout/${fallout.id}/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'operator' },
    body: JSON.stringify(await bodyOf(desk, fallout, action))
  })
  const answer = (await response.json()) as { readonly allowed?: readonly Action[]; readonly message?: string }
  if (response.ok) {
    desk.taken.set(action, (desk.taken.get(action) ?? 0) + 1)
    return action === 'assign' ? decide(desk, fallout, 'retry') : true
  }
  if (response.status !== 409) {
    desk.wrong.push(`${action}: ${response.status} ${answer.message ?? ''}`)
    return false
  }
  const [allowed] = (answer.allowed ?? []).filter(each => each !== 'assign')
  return allowed === undefined ? false : decide(desk, fallout, allowed)
}

async function bodyOf({ url }: Desk, { fulfilment }: ListedFallout, action: Action): Promise<object> {
  switch (action) {
    case 'assign':
      return { owner: 'kavita' }
    case 'completeByHand':
      return {
        result: { resources: [{ serialNumber: `BY-HAND-${fulfilment.id}`, model: 'HomeBox 7' }] },
        reason: 'By the technician'
      }
    case 'retryWithChanges': {
      const response = await fetch(`${url}${PATH}/fulfilment/${encodeURIComponent(fulfilment.id)}`)
      const { request } = (await response.json()) as Pick<Fulfilment, 'request'>
      const items = request.items.map(({ id }) => ({ id, characteristics: [{ name: 'profile', value: 'basic' }] }))
      return { changes: { items } }
    }
    default:
      return { reason: 'Looked at' }
  }
}
