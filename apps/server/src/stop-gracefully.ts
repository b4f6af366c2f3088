import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import type { Composition } from './compose.ts'

/** What may come after the last request was cut off: closing the database. */
const AFTER_CUT_OFF_MS = 5_000
/** A signal that arrives twice within this time was meant once: Ctrl+C reaches the server both directly and through npm. */
const SAME_SIGNAL_MS = 250

/**
 * On SIGTERM or SIGINT stops being ready, takes no more connections, lets requests under way end and closes the database; exits with
 * 0. A second signal exits at once, an error that nobody caught stops in the same way and exits with 1.
 */
export function stopGracefully(composition: Composition, logger: Logger, timeoutMs: number, beforeStop: () => void): void {
  const closer = closeWithGrace(
    {
      delay: timeoutMs + AFTER_CUT_OFF_MS,
      logger: false,
      skip: ['SIGINT', 'SIGTERM'],
      onTimeout: () => logger.error('the server could not stop in time'),
      onSecondError: error => logger.fatal({ err: error }, 'uncaught error while stopping')
    },
    async ({ err, signal }) => {
      if (err) logger.fatal({ err }, 'uncaught error: the server stops')
      else logger.info({ signal }, 'stopping')
      beforeStop()
      await drain(composition, logger, timeoutMs)
      logger.info('stopped')
    }
  )
  let stoppingSince: number | undefined
  const onSignal = (signal: string) => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now()
      closer.close()
    } else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) {
      logger.warn({ signal }, 'second signal: the server exits at once')
      process.exit(1)
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

async function drain(composition: Composition, logger: Logger, timeoutMs: number): Promise<void> {
  composition.app.drain()
  const cutOff = setTimeout(() => {
    logger.warn({ timeoutMs }, 'requests still under way are cut off')
    composition.app.server.closeAllConnections()
  }, timeoutMs)
  await composition.close()
  clearTimeout(cutOff)
}
