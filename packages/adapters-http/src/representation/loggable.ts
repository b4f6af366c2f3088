/** An error as far as it can be logged without the values that it is about. */
export interface LoggableError {
  readonly type: string
  readonly code?: string | number
  /** Where it was thrown, without the message. */
  readonly stack: readonly string[]
  readonly cause?: LoggableError
}

const MAX_CAUSES = 3
const MAX_FRAMES = 20

/** Leaves the messages out: those of databases and parsers quote what clients sent. */
export function loggable(error: unknown, causes = MAX_CAUSES): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error, stack: [] }
  const { name, stack = '', cause } = error
  const { code } = error as { code?: unknown }
  return {
    type: name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    stack: framesOf(stack, error.message),
    ...(cause !== undefined && causes > 0 && { cause: loggable(cause, causes - 1) })
  }
}

/** A message may have several lines, and they may look like frames: the frames are what comes after it. */
function framesOf(stack: string, message: string): string[] {
  const end = message === '' ? 0 : stack.indexOf(message) + message.length
  const lines = stack
    .slice(end)
    .split('\n')
    .map(line => line.trim())
  return lines.filter(line => line.startsWith('at ')).slice(0, MAX_FRAMES)
}
