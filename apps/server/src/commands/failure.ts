/** Something that the person at the command line can put right. The message is for them. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

/** Errors whose messages are written for people. Known by name, so that `crm --help` does not load all that they come with. */
const NAMES_FOR_PEOPLE = ['StartRefused', 'DomainError', 'ApiError']

/** What to tell people about an error that ended a command: one line where the cause is known, the stack only where it is not. */
export function failureText(error: unknown): string {
  if (error instanceof CommandFailed) return error.message
  if (error instanceof AggregateError) return failureText(error.errors[0])
  if (!(error instanceof Error)) return `unexpected error: ${String(error)}`
  const code: unknown = Reflect.get(error, 'code')
  if (Reflect.get(error, 'syscall') === 'listen' || code === 'ENOTFOUND') return listenFailure(error, code)
  if (NAMES_FOR_PEOPLE.includes(error.name) || typeof Reflect.get(error, 'syscall') === 'string') return error.message
  if (typeof code === 'string' && (code.startsWith('SQLITE_') || typeof Reflect.get(error, 'severity') === 'string')) {
    return `the database refuses: ${error.message} (${code})`
  }
  return `unexpected error: ${error.stack ?? error.message}`
}

function listenFailure(error: Error, code: unknown): string {
  const place = `port ${String(Reflect.get(error, 'port') ?? '')} on ${String(Reflect.get(error, 'address') ?? Reflect.get(error, 'hostname') ?? '')}`
  if (code === 'EADDRINUSE') return `${place} is in use: stop what listens there, or set PORT to another one`
  if (code === 'EACCES') return `not allowed to listen on ${place}: set PORT to one from 1024`
  return `cannot listen on ${place} (${String(code)}): check HOST`
}
