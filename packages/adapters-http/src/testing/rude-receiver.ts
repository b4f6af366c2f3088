import { createServer, type Socket } from 'node:net'

/** As much of a tap test as is needed here. */
interface Test {
  teardown(work: () => unknown): void
}

export interface RudeReceiver {
  readonly url: string
  /** What was received on each connection, in the order they came. */
  readonly received: readonly string[]
  /** Resolves when the client has let go of all connections. */
  released(): Promise<void>
}

/**
 * A server that follows no rules but those of TCP.
 *
 * @param behave called on each connection when a whole request with a JSON object as its body has come, and again for each further one
 */
export async function startRudeReceiver(t: Test, behave: (socket: Socket) => void): Promise<RudeReceiver> {
  const sockets = new Set<Socket>()
  const received: string[] = []
  const server = createServer(socket => {
    const index = received.push('') - 1
    let pending = ''
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // the other side is as free to break off
    socket.setEncoding('utf8').on('data', (text: string) => {
      received[index] += text
      pending += text
      if (!pending.endsWith('}')) return
      pending = ''
      behave(socket)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const released = async () => {
    await Promise.all([...sockets].map(socket => new Promise(resolve => socket.once('close', resolve))))
  }
  return { url: `http://127.0.0.1:${address.port}`, received, released }
}
