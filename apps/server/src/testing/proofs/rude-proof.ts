import type { Socket } from 'node:net'
import { startRudeReceiver } from '@crm-lite/adapters-http/testing'
import { type EventWorld, type Mark, openWorld } from '../event-world.ts'
import type { Test } from '../start-crm.ts'
import { startCompactReceiver } from './compact-receiver.ts'
import { type Figure, Figures } from './figure.ts'

export interface RudeOptions {
  readonly databaseUrl: string
  readonly engine: string
}

const TIMEOUT_MS = 1_500
const RETRY_AFTER_S = 120
/** The first retry of the schedule, and what `Retry-After` asks for; both a tenth longer at most. */
const SOON_S = 5

interface Manner {
  readonly name: string
  readonly behave: (socket: Socket) => void
  readonly wanted: string
}

/** Receivers that keep no rules: each must end as the documentation says, and must not disturb one that does. */
export async function proveRude(t: Test, { databaseUrl, engine }: RudeOptions): Promise<Figure[]> {
  const figures = new Figures('rude receivers', engine)
  const world = await openWorld(t, databaseUrl, { DELIVERY_TIMEOUT_MS: String(TIMEOUT_MS) })
  const target = await startCompactReceiver(t)
  const polite = await startCompactReceiver(t)
  await world.subscribe(polite.url)
  const subscribed: { readonly id: string; readonly manner: Manner }[] = []
  for (const manner of manners(target.url)) {
    const { url } = await startRudeReceiver(t, manner.behave)
    subscribed.push({ id: (await world.subscribe(`${url}/hook`)).id, manner })
  }
  await world.create('Moon')
  await world.deliver()
  for (const { id, manner } of subscribed) {
    const mark = world.marks.find(each => each.subscriptionId === id)
    figures.is(manner.name, await outcomeOf(world, id, mark), manner.wanted)
  }
  figures.exactly('redirects that were followed', target.arrivals.length, 0)
  figures.exactly('the polite one: events missing', 1 - polite.counts.size, 0)
  return figures.all
}

async function outcomeOf(world: EventWorld, subscriptionId: string, mark: Mark | undefined): Promise<string> {
  if (!mark) return 'nothing'
  if (mark.step === 'delivered') return 'delivered'
  const { state } = await world.subscription(subscriptionId)
  if (mark.step === 'park') return `parked (${mark.code}), subscription ${state}`
  const waitS = ((mark.dueAt?.getTime() ?? Number.NaN) - world.now().getTime()) / 1000
  // A tenth of jitter; a second, as a date has no parts of one.
  const planned = [SOON_S, RETRY_AFTER_S].find(each => waitS > each - 2 && waitS <= each * 1.1 + 1)
  return `${mark.step} (${mark.code}) in ${planned ?? waitS} s`
}

function manners(elsewhere: string): Manner[] {
  const answer = (head: string) => (socket: Socket) => void socket.write(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\n\r\n`)
  const redirects = [300, 301, 302, 303, 305, 307, 308].map(status => ({
    name: `redirect ${status}`,
    behave: answer(`${status} Elsewhere\r\nlocation: ${elsewhere}`),
    wanted: `retry (status${status}) in ${SOON_S} s`
  }))
  const inADate = () => new Date(Date.now() + RETRY_AFTER_S * 1000).toUTCString()
  const busy = [429, 503].flatMap(status => [
    {
      name: `${status} with Retry-After in seconds`,
      behave: answer(`${status} Busy\r\nretry-after: ${RETRY_AFTER_S}`),
      wanted: `retry (status${status}) in ${RETRY_AFTER_S} s`
    },
    {
      name: `${status} with Retry-After as a date`,
      behave: (socket: Socket) => answer(`${status} Busy\r\nretry-after: ${inADate()}`)(socket),
      wanted: `retry (status${status}) in ${RETRY_AFTER_S} s`
    }
  ])
  const retry = (code: string) => `retry (${code}) in ${SOON_S} s`
  return [
    ...redirects,
    ...busy,
    { name: '410', behave: answer('410 Gone'), wanted: 'parked (gone), subscription disabled' },
    { name: '400', behave: answer('400 Bad Request'), wanted: retry('status400') },
    { name: 'answers nothing', behave: () => {}, wanted: retry('timeout') },
    { name: 'one byte of the head a second', behave: dripping('HTTP/1.1 204 No Content\r\n\r\n', ''), wanted: retry('timeout') },
    {
      name: 'one byte of the body a second',
      behave: dripping('x'.repeat(50), 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n'),
      wanted: retry('timeout')
    },
    { name: '200 with a body that does not end', behave: pouring, wanted: 'delivered' },
    { name: 'resets the connection', behave: socket => void socket.resetAndDestroy(), wanted: retry('badAnswer') },
    { name: 'hangs up', behave: socket => void socket.end(), wanted: retry('badAnswer') },
    {
      name: 'half an answer',
      behave: socket => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
      wanted: retry('badAnswer')
    },
    { name: 'no HTTP', behave: socket => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'), wanted: retry('badAnswer') },
    {
      name: 'a head of a megabyte',
      behave: socket => void socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(2 ** 20)}\r\n\r\n`),
      wanted: retry('badAnswer')
    }
  ]
}

function dripping(text: string, first: string) {
  return (socket: Socket) => {
    socket.write(first)
    let sent = 0
    const timer = setInterval(() => socket.write(text[sent++] ?? ''), 1_000)
    socket.on('close', () => clearInterval(timer))
  }
}

function pouring(socket: Socket): void {
  const chunk = 'x'.repeat(65_536)
  const pour = () => {
    while (!socket.destroyed && socket.write(`10000\r\n${chunk}\r\n`));
  }
  socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
  socket.on('drain', pour)
  pour()
}
