import { ApiError, badParameter } from '../representation/api-error.ts'

/** What an attribute path, a suffix and brackets are written with. Anything else may be a value that lost its place. */
const NAME = /^[\w@$:.[\]-]{1,100}$/

/** 400 for a query parameter. The name is passed on only where it can't be mistaken for a value. */
export function badQuery(name: string, code: string, message: string): ApiError {
  return NAME.test(name) ? badParameter(name, code, message) : new ApiError(400, { code, message })
}

export function invalidValue(name: string, message: string): ApiError {
  return badQuery(name, 'invalidValue', message)
}

export function unknownAttribute(name: string): ApiError {
  return badQuery(name, 'unknownAttribute', 'the resource has no such attribute')
}
