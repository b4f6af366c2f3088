import type { ErrorObject } from 'ajv'
import type { ApiFault } from '../representation/api-error.ts'
import { NOT_BLANK } from './entity.ts'

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null'
}

const formatNames: Readonly<Record<string, string>> = {
  'date-time': 'a date and time with an offset, such as 2026-01-31T09:00:00Z',
  uri: 'a URI, such as https://example.com/a'
}

/** What a validator found, in words for people. Nothing of the validated value gets into it. */
export function faultOf({ keyword, instancePath, params, message }: ErrorObject): ApiFault {
  if (keyword === 'required') {
    const name: string = params['missingProperty']
    return { code: 'missingAttribute', pointer: `${instancePath}/${escaped(name)}`, message: `${name} is mandatory` }
  }
  if (keyword === 'pattern' && params['pattern'] === NOT_BLANK) {
    return { code: 'missingAttribute', pointer: instancePath, message: 'must not be blank' }
  }
  return { code: 'invalidValue', pointer: instancePath, message: sentence(keyword, params) ?? message ?? 'is not valid' }
}

function sentence(keyword: string, params: Record<string, unknown>): string | undefined {
  switch (keyword) {
    case 'type':
      return `must be ${[params['type']]
        .flat()
        .map(name => typeNames[String(name)])
        .join(' or ')}`
    case 'format':
      return `must be ${formatNames[String(params['format'])] ?? `of the format ${params['format']}`}`
    case 'enum':
      return `must be one of ${[params['allowedValues']].flat().map(String).join(', ')}`
    case 'minimum':
    case 'maximum':
      return `must be ${keyword === 'minimum' ? 'at least' : 'at most'} ${params['limit']}`
    case 'maxLength':
      return `must not be longer than ${params['limit']} characters`
    default:
      return undefined
  }
}

/** @source RFC 6901, section 3 */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
