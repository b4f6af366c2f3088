const API = '/tmf-api/customerManagement/v4'

/** Registers a callback with the hub of customers. */
export async function registerCallback(url: string, callback: string, query?: string): Promise<{ id: string; secret: string }> {
  const response = await fetch(`${url}${API}/hub`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ callback, ...(query !== undefined && { query }) })
  })
  if (response.status !== 201) throw new Error(`registered with ${response.status}: ${await response.text()}`)
  return (await response.json()) as { id: string; secret: string }
}

/** One of a server's metrics without labels. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

/** How many events and deliveries a server still has to do. */
export async function workLeft(url: string): Promise<number> {
  return (await metricOf(url, 'event_outbox_depth')) + (await metricOf(url, 'event_deliveries_pending'))
}
