import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of this host that nobody listens on now: links must name the port before the server that makes them can listen. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no free port')
  return address.port
}
