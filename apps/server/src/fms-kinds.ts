import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { FmsCall } from '@crm-lite/fms-client'
import { ConfigFault, duration, type Kind, listOf } from './config-kinds.ts'

/** The name of a query parameter: `externalId`. */
export const parameterName: Kind<string> = {
  type: 'name of a query parameter',
  parse: value => {
    if (!/^[\w.@$-]{1,100}$/.test(value)) throw new ConfigFault('must be 1 to 100 letters, digits, ".", "_", "@", "$" and "-"')
    return value
  }
}

/** As metrics name them. */
const calls = [
  'create',
  'get',
  'list',
  'cancel',
  'cancellation',
  'subscribe',
  'unsubscribe'
] as const satisfies readonly FmsCall[]

/** Seconds by kind of call: `create=60,list=30`. */
export const callSeconds: Kind<Partial<Readonly<Record<FmsCall, number>>>> = {
  type: 'list of `call=seconds`',
  parse: value => {
    const entries = listOf(value).map(each => {
      const [name = '', seconds = '', ...rest] = each.split('=')
      const call = calls.find(known => known === name)
      if (call === undefined || rest.length > 0) {
        throw new ConfigFault(`must be a comma-separated list such as create=60,list=30; the calls are ${calls.join(', ')}`)
      }
      return [call, secondsOf(call, seconds)] as const
    })
    if (new Set(entries.map(([call]) => call)).size < entries.length) throw new ConfigFault('names a call twice')
    return Object.fromEntries(entries)
  }
}

const callDuration = duration('seconds', 0.1, 300)

function secondsOf(call: FmsCall, seconds: string): number {
  try {
    return callDuration.parse(seconds)
  } catch (error) {
    throw error instanceof ConfigFault ? new ConfigFault(`holds a time for ${call} that ${error.message}`) : error
  }
}

/** One certificate or more, as they stand in files that begin with `-----BEGIN CERTIFICATE-----`. */
export const certificates: Kind<string> = {
  type: 'certificates (PEM)',
  parse: value => {
    if (!areCertificates(value)) throw new ConfigFault('must be one certificate or more in PEM form')
    return value
  }
}

function areCertificates(text: string): boolean {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  try {
    return found.map(each => new X509Certificate(each)).length > 0
  } catch {
    return false
  }
}

/** A key that can be used as it is. */
export const privateKey: Kind<string> = {
  type: 'private key (PEM)',
  parse: value => {
    try {
      createPrivateKey(value)
      return value
    } catch {
      // What is wrong with it could tell something of it.
      throw new ConfigFault('must be a private key in PEM form, without a passphrase')
    }
  }
}
