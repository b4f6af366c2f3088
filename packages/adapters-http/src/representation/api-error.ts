/** Where in a request something is wrong, and what. Never holds a value that the client sent. */
export interface ApiFault {
  /** A word from the published table of codes (`docs/errors.md`): `invalidValue`, `unknownAttribute` ... */
  readonly code: string
  /** For people. */
  readonly message: string
  /** A JSON Pointer into the body. */
  readonly pointer?: string
  /** The name of a query parameter or header. */
  readonly parameter?: string
}

/** A refusal that already knows its HTTP status. The error handler makes the TMF `Error` body of it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly statusCode: number
  readonly faults: readonly [ApiFault, ...ApiFault[]]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    statusCode: number,
    faults: ApiFault | readonly [ApiFault, ...ApiFault[]],
    headers: Readonly<Record<string, string>> = {}
  ) {
    const all = 'code' in faults ? ([faults] as const) : faults
    super(all[0].message)
    this.statusCode = statusCode
    this.faults = all
    this.headers = headers
  }
}

/** 400 for a query parameter. */
export function badParameter(parameter: string, code: string, message: string): ApiError {
  return new ApiError(400, { code, message, parameter })
}
