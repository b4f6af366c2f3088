import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** How often to look, once the server closes; also how long a request that is on its way has to begin. */
const LOOK_MS = 50

/**
 * Ends connections over which nothing has ever come, once the server closes: browsers and connection pools open some in advance. Node
 * counts them among those with a request under way, and would wait for them.
 */
export function registerSilentConnections(app: FastifyInstance): void {
  const open = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', async () => {
    if (!app.server.listening) return
    const looking = setInterval(() => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    }, LOOK_MS).unref()
    app.server.once('close', () => clearInterval(looking))
  })
}
