import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'

/** What may come after the last piece of work was cut off: closing the database. */
const AFTER_CUT_OFF_MS = 5_000
/** A signal that arrives twice within this time was meant once: Ctrl+C reaches the process both directly and through npm. */
const SAME_SIGNAL_MS = 250

/**
 * On SIGTERM or SIGINT stops and exits with 0. A second signal exits at once, an error that nobody caught stops in the same way and
 * exits with 1.
 *
 * @param stop ends what is under way within this time, cuts off what is not ended by then, and closes everything
 */
export function stopGracefully(logger: Logger, timeoutMs: number, stop: (timeoutMs: number) => Promise<void>): void {
  const closer = closeWithGrace(
    {
      delay: timeoutMs + AFTER_CUT_OFF_MS,
      logger: false,
      skip: ['SIGINT', 'SIGTERM'],
      onTimeout: () => logger.error('could not stop in time'),
      onSecondError: error => logger.fatal({ err: error }, 'uncaught error while stopping')
    },
    async ({ err, signal }) => {
      if (err) logger.fatal({ err }, 'uncaught error: the server stops')
      else logger.info({ signal }, 'stopping')
      await stop(timeoutMs)
      logger.info('stopped')
    }
  )
  let stoppingSince: number | undefined
  const onSignal = (signal: string) => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now()
      closer.close()
    } else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) {
      logger.warn({ signal }, 'second signal: exits at once')
      process.exit(1)
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}
