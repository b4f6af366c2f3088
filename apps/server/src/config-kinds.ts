import { isIP, isIPv6 } from 'node:net'

/** Why a value cannot be used: completes the sentence that starts with the variable's name. Never holds the value of a secret. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault'
}

/** What a variable may hold: how it is described and how it is read. */
export interface Kind<T> {
  readonly type: string
  /** @throws {ConfigFault} */
  readonly parse: (text: string) => T
}

export const text: Kind<string> = { type: 'text', parse: value => value }

export function choice<const T extends string>(...values: readonly T[]): Kind<T> {
  return {
    type: values.map(value => `\`${value}\``).join(', '),
    parse: value => {
      const found = values.find(each => each === value)
      if (found === undefined) throw new ConfigFault(`must be one of ${values.join(', ')}`)
      return found
    }
  }
}

export function integer(least: number, most: number): Kind<number> {
  return {
    type: `integer, ${least} to ${most}`,
    parse: value => {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= least && number <= most)) throw new ConfigFault(`must be an integer from ${least} to ${most}`)
      return number
    }
  }
}

/** Seconds or hours, with decimals where they are wanted. */
export function duration(unit: 'seconds' | 'hours', least: number, most: number): Kind<number> {
  return {
    type: `${unit}, ${least} to ${most}`,
    parse: value => {
      const number = /^\d{1,9}(\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= least && number <= most)) throw new ConfigFault(`must be ${unit} from ${least} to ${most}`)
      return number
    }
  }
}

export const onOff: Kind<boolean> = {
  type: '`on`, `off`',
  parse: value => {
    if (value !== 'on' && value !== 'off') throw new ConfigFault('must be on or off')
    return value === 'on'
  }
}

/** An address to listen on: a name or an IP address, IPv6 without brackets. */
export const host: Kind<string> = {
  type: 'host name or IP address',
  parse: value => {
    if (!isIPv6(value) && !/^[A-Za-z0-9.-]+$/.test(value)) throw new ConfigFault('must be a host name or an IP address')
    return value
  }
}

export const databaseUrl: Kind<string> = {
  type: 'database URL',
  parse: value => {
    if (/^sqlite:.+/.test(value)) return value
    if (!/^postgres(ql)?:\/\//.test(value)) throw new ConfigFault('must start with sqlite: or postgres://')
    if (!URL.canParse(value))
      throw new ConfigFault('is not a valid URL (are special characters in the password percent-encoded?)')
    return value
  }
}

/** `https://crm.example.com` or `https://example.com/crm`: what links begin with. */
export const baseUrl: Kind<string> = {
  type: 'URL',
  parse: value => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (!url || !isHttp(url)) throw new ConfigFault('must be an http:// or https:// URL')
    if (value.endsWith('/')) throw new ConfigFault('must not end with a slash')
    if (url.username || url.password || /[?#]/.test(value)) throw new ConfigFault('must hold no user, query or fragment')
    return value
  }
}

/** `/tmf-api`: where something is served. */
export const path: Kind<string> = {
  type: 'path',
  parse: value => {
    if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(value)) {
      throw new ConfigFault(
        'must start with a slash, not end with one, and hold only letters, digits, ".", "_", "~" and "-" between'
      )
    }
    if (value.split('/').some(segment => segment === '.' || segment === '..')) throw new ConfigFault('must not hold "." or ".."')
    return value
  }
}

/** Origins as browsers send them: scheme, host and port, nothing after. */
export const origins: Kind<readonly string[]> = {
  type: 'list of origins',
  parse: value =>
    listOf(value).map(each => {
      const url = URL.canParse(each) ? new URL(each) : undefined
      if (!url || !isHttp(url) || url.origin !== each) {
        throw new ConfigFault('must be a comma-separated list of origins such as https://app.example.com ("*" is not supported)')
      }
      return each
    })
}

/** What secrets are encrypted with: 32 bytes. */
export const secretKey: Kind<string> = {
  type: '32 bytes, as base64 or 64 hexadecimal digits',
  parse: value => {
    // As `openssl rand -base64 32` and `openssl rand -hex 32` print them.
    if (!/^([0-9a-fA-F]{64}|[\w+/-]{43}=?)$/.test(value)) {
      throw new ConfigFault('must be 32 random bytes as base64 or hexadecimal, such as `openssl rand -base64 32` prints')
    }
    return value
  }
}

export const secretKeys: Kind<readonly string[]> = {
  type: 'list of such keys',
  parse: value => listOf(value).map(secretKey.parse)
}

/** Networks: `10.20.0.0/16`. */
export const networks: Kind<readonly string[]> = {
  type: 'list of networks',
  parse: value =>
    listOf(value).map(each => {
      const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(each) ?? []
      const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
      if (bits === '' || Number(bits) > most)
        throw new ConfigFault('must be a comma-separated list of networks such as 10.20.0.0/16')
      return each
    })
}

/** The entries of a comma-separated list, without blanks around them. */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}

function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:'
}

/** IANA: `Europe/Berlin`. */
export const timeZone: Kind<string> = {
  type: 'time zone',
  parse: value => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone
    } catch {
      throw new ConfigFault('must be a time zone such as Europe/Berlin')
    }
  }
}

/** Headers of HTTP requests: `{"x-tenant":"retail"}`. Their values may be secret. */
export const headers: Kind<Readonly<Record<string, string>>> = {
  type: 'JSON object of texts',
  parse: value => {
    const entries = entriesOf(value)
    if (!entries) throw new ConfigFault('must be a JSON object of texts such as {"x-tenant":"retail"}')
    for (const [name, text] of entries) {
      if (!/^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/.test(name)) throw new ConfigFault('holds a name that no header may have')
      if (RESERVED_HEADERS.has(name.toLowerCase())) throw new ConfigFault(`must not hold ${name}: it is set by the server`)
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) throw new ConfigFault(`holds a character in ${name} that no header may have`)
    }
    return Object.fromEntries(entries)
  }
}

const RESERVED_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'expect',
  'upgrade'
])

function entriesOf(json: string): [string, string][] | undefined {
  try {
    const parsed: unknown = JSON.parse(json)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    const entries = Object.entries(parsed)
    return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string') ? entries : undefined
  } catch {
    return undefined
  }
}

/** A secret that stands in an address: too long to be guessed, and with nothing in it that would have to be encoded. */
export const pathSecret: Kind<string> = {
  type: 'text, at least 22 letters, digits, `-` and `_`',
  parse: value => {
    if (!/^[\w-]{22,200}$/.test(value)) throw new ConfigFault('must be 22 to 200 letters, digits, "-" and "_", made at random')
    return value
  }
}
