import { ApiError } from '../representation/api-error.ts'
import { invalidValue } from './bad-query.ts'

/** One `name=value` of a query string. */
export interface QueryParameter {
  /** What stands before the first `=`, decoded; the whole when there is none. */
  readonly name: string
  /** What stands behind the first `=`, decoded; undefined when there is none. */
  readonly value: string | undefined
  /** As it was sent. */
  readonly raw: string
}

/** In characters as sent. Node takes 16 KiB for all headers together. */
const MAX_QUERY_LENGTH = 8192
const MAX_PARAMETERS = 100

/**
 * The parameters of a query string, decoded, in their order and with their repetitions.
 *
 * `&` separates (a semicolon does not: within a value it means "or"), `+` is a blank, bytes beyond ASCII are read as UTF-8 also where
 * they are not percent-encoded, and empty parameters are left out.
 *
 * @param raw what follows the `?`, as it was sent
 * @throws {ApiError} 400 `invalidValue`: wrong percent-encoding, a NUL or half a surrogate pair, more than 8,192 characters or 100 parameters
 */
export function parseQueryString(raw: string): QueryParameter[] {
  if (raw === '') return []
  if (raw.length > MAX_QUERY_LENGTH) throw tooMuch(`a query string has at most ${MAX_QUERY_LENGTH} characters`)
  const parameters: QueryParameter[] = []
  for (const pair of raw.split('&')) if (pair !== '') parameters.push(parsePair(pair))
  if (parameters.length > MAX_PARAMETERS) throw tooMuch(`a query has at most ${MAX_PARAMETERS} parameters`)
  return parameters
}

function parsePair(raw: string): QueryParameter {
  const equals = raw.indexOf('=')
  if (equals < 0) return { name: decode(raw, ''), value: undefined, raw }
  const name = decode(raw.slice(0, equals), '')
  return { name, value: decode(raw.slice(equals + 1), name), raw }
}

function decode(text: string, name: string): string {
  if (/^[\w.,:;*~@!$'()/[\]<>="{}|^\\ -]*$/.test(text)) return text
  const decoded = percentDecoded(text.replaceAll('+', ' ').replace(/[\x80-\xff]/g, percentEncodedByte))
  if (decoded === undefined) throw invalidValue(name, 'the percent-encoding is wrong: it must stand for UTF-8')
  if (/[\0\p{Surrogate}]/u.test(decoded)) throw invalidValue(name, 'holds a character that no text can hold')
  return decoded
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Node hands over a URL byte by byte, as characters up to U+00FF. */
export function percentEncodedByte(char: string): string {
  return `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`
}

function tooMuch(message: string): ApiError {
  return new ApiError(400, { code: 'invalidValue', message })
}
