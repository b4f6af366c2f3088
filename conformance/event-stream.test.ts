import t from 'tap'
import { engines, serveWithStorage } from './serve.ts'

const WRITERS = 4
const CUSTOMERS_EACH = 100

interface Received {
  /** Ids of events, in the order in which they came. */
  readonly ids: string[]
  last: string | undefined
}

for (const engine of engines) {
  t.test(`whoever breaks off and comes again gets every event once, while several write, on ${engine}`, async t => {
    const { origin, storage } = await serveWithStorage(t, engine)
    const customers = `${origin}/tmf-api/customerManagement/v4/customer`
    const stream = `${origin}/tmf-api/event/v4/event/stream`
    const start = await storage.events.end()
    const expected = WRITERS * CUSTOMERS_EACH
    const received: Received = { ids: [], last: undefined }
    await Promise.all([
      ...Array.from({ length: WRITERS }, () => write(customers)),
      (async () => {
        for (let part = 1; received.ids.length < expected; part++) {
          await follow(`${stream}?after=${start}`, received, Math.min(expected, received.ids.length + part * 7))
        }
      })()
    ])
    const { events } = await storage.events.read('default', { after: start, limit: 10 * expected })
    t.strictSame(
      received.ids,
      events.map(({ id }) => id)
    )
    t.equal(new Set(events.map(({ resourceId }) => resourceId)).size, expected)
    t.strictSame(await listed(`${origin}/tmf-api/event/v4/event?limit=37&after=${start}`), received.ids, 'the list says the same')
  })
}

async function write(customers: string): Promise<void> {
  const engagedParty = { id: '500', '@referredType': 'Organization' }
  for (let count = 0; count < CUSTOMERS_EACH; count++) {
    const body = JSON.stringify({ name: 'Moon', engagedParty })
    const { status } = await fetch(customers, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (status !== 201) throw new Error(`a customer was answered with ${status}`)
  }
}

/** Reads until so many events have come, then breaks the connection, wherever it is. */
async function follow(url: string, received: Received, upTo: number): Promise<void> {
  const breaking = new AbortController()
  const headers: Record<string, string> = received.last === undefined ? {} : { 'last-event-id': received.last }
  const response = await fetch(url, { headers, signal: breaking.signal })
  if (!response.body || response.status !== 200) throw new Error(`the stream was answered with ${response.status}`)
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const messages = (text + chunk).split('\n\n')
    text = messages.pop()!
    for (const message of messages) {
      if (received.ids.length === upTo) break
      const [, id] = /^id: (.*)$/m.exec(message) ?? []
      const [, data] = /^data: (.*)$/m.exec(message) ?? []
      if (id !== undefined) received.last = id
      if (data !== undefined) received.ids.push(JSON.parse(data).eventId)
    }
    if (received.ids.length === upTo) break
  }
  breaking.abort()
}

async function listed(first: string): Promise<string[]> {
  const ids: string[] = []
  for (let url: string | undefined = first; url !== undefined; ) {
    const response: Response = await fetch(url)
    ids.push(...((await response.json()) as { eventId: string }[]).map(({ eventId }) => eventId))
    url = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return ids
}
