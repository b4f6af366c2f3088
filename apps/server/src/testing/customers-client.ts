const PATH = '/tmf-api/customerManagement/v4/customer'

export interface CustomerAnswer {
  readonly id: string
  readonly href: string
  readonly name: string
}

export const aCustomer = (name: string) => ({ name, engagedParty: { id: '500', '@referredType': 'Organization' } })

/** Sends JSON; the address is that of a server, the path starts behind `/customer`. */
export function callCustomers(url: string, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${url}${PATH}${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  })
}

/** @throws {Error} unless the answer is 201 */
export async function createCustomer(url: string, name: string): Promise<CustomerAnswer> {
  const response = await callCustomers(url, 'POST', '', aCustomer(name))
  if (response.status !== 201) throw new Error(`created with ${response.status}: ${await response.text()}`)
  return (await response.json()) as CustomerAnswer
}

/** The ids of all customers, page by page, and the total that the first page named. */
export async function allCustomerIds(url: string): Promise<{ ids: string[]; total: number }> {
  const first = await callCustomers(url, 'GET', '?limit=200&fields=id')
  const ids = await idsIn(first)
  let next = nextLink(first)
  while (next) {
    const page = await fetch(next)
    ids.push(...(await idsIn(page)))
    next = nextLink(page)
  }
  return { ids, total: Number(first.headers.get('x-total-count')) }
}

async function idsIn(response: Response): Promise<string[]> {
  return ((await response.json()) as CustomerAnswer[]).map(({ id }) => id)
}

function nextLink(response: Response): string | undefined {
  return /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
}
