import { isIPv6 } from 'node:net'

const PLAIN = "a-z0-9._~!$&'()*+,;=\\-"
const ENCODED = '%[0-9a-f]{2}'
const USER = `(?:[${PLAIN}:]|${ENCODED})*`
const HOST = `(?:\\[([0-9a-f:.]*)\\]|(?:[${PLAIN}]|${ENCODED})*)`
const PATH = `(?:[${PLAIN}:@/]|${ENCODED})*`
const QUERY = `(?:[${PLAIN}:@/?]|${ENCODED})*`
const AUTHORITY = `(?:${USER}@)?${HOST}(?::\\d*)?`
const HIERARCHY = `(?://${AUTHORITY}(?:/${PATH})?|(?!//)${PATH})`
const URI = new RegExp(`^[a-z][a-z0-9+.-]*:(?![?#]|$)${HIERARCHY}(?:\\?${QUERY})?(?:#${QUERY})?$`, 'i')

/**
 * Whether a text is an absolute URI. Unlike in the grammar, a path or an authority must follow the scheme.
 *
 * @source RFC 3986, appendix A, without IPvFuture, which nobody has ever used
 */
export function isUri(text: string): boolean {
  const [matched, address] = URI.exec(text) ?? []
  return matched !== undefined && (address === undefined || isIPv6(address))
}
