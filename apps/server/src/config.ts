import { apiBindings } from '@crm-lite/adapters-http'
import type { OrderAcceptance } from '@crm-lite/domain'
import { type Extensions, type ExtraIndexes, resolveExtensions, resolveIndexes } from './attribute-settings.ts'
import { ConfigFault } from './config-kinds.ts'
import type { ConfigVariable, ValueOf } from './config-variable.ts'
import { allVariables, apiPathVariables, configVariables } from './config-variables.ts'
import { type FmsConfig, faultsOfFms, fmsConfigOf } from './fms-config.ts'
import type { fmsVariables } from './fms-variables.ts'
import { addressOf } from './network-address.ts'

type Variables = typeof configVariables
type Values = { readonly [K in keyof Variables]: ValueOf<Variables[K]> }

/** The settings, checked and ready for use. */
export interface Config
  extends Omit<Values, 'indexedAttributes' | 'extensionAttributes' | 'orderAcceptance' | keyof typeof fmsVariables> {
  readonly orderAcceptance: OrderAcceptance
  /** Undefined: orders are worked on by hand. */
  readonly fms: FmsConfig | undefined
  /** `TMF629_V4` -> the whole path where that API is served. */
  readonly apiPaths: Readonly<Record<string, string>>
  readonly extraIndexes: ExtraIndexes
  readonly extensions: Extensions
}

export type Environment = Readonly<Record<string, string | undefined>>

/** `warnings` name variables that look like ours but are not. */
export type ConfigResult =
  | { readonly config: Config; readonly warnings: readonly string[] }
  | { readonly faults: readonly [string, ...string[]]; readonly warnings: readonly string[] }

/**
 * Reads the settings from environment variables. Pure, apart from `readFile`.
 *
 * @param readFile the text of a file that holds a secret; throws when it cannot be read
 * @returns the settings, or everything that is wrong with them: a line each, without the values of secrets
 */
export function readConfig(env: Environment, readFile: (path: string) => string): ConfigResult {
  const faults: string[] = []
  const attempt = <T>(name: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigFault)) throw error
      faults.push(`${name} ${error.message}`)
      return undefined
    }
  }
  const parse = <T>(variable: ConfigVariable<T>): T | undefined =>
    attempt(variable.name, () => {
      const text = textOf(variable, env, readFile) ?? variable.default
      return text === undefined ? undefined : variable.parse(text)
    })

  const values = Object.fromEntries(
    Object.entries<ConfigVariable>(configVariables).map(([key, variable]) => [key, parse(variable)])
  ) as {
    readonly [K in keyof Variables]: Values[K] | undefined
  }
  const apiPaths = Object.fromEntries(
    apiPathVariables.flatMap(variable => {
      const path = parse(variable)
      return path === undefined ? [] : [[variable.apiKey, path]]
    })
  )
  const { indexedAttributes = [], extensionAttributes = [], ...plain } = values
  if (
    values.host !== undefined &&
    addressOf(values.host) === 'wildcard' &&
    textOf(configVariables.publicBaseUrl, env, readFile) === undefined
  ) {
    faults.push('PUBLIC_BASE_URL must be set when HOST is a wildcard: links cannot be made from it')
  }
  const extensions = attempt('EXTENSION_ATTRIBUTES', () => resolveExtensions(extensionAttributes, apiBindings)) ?? {}
  const extraIndexes = attempt('INDEXED_ATTRIBUTES', () => resolveIndexes(indexedAttributes, extensions, apiBindings)) ?? {}

  // What could not be read looks as if it was not set.
  const named = new Set(faults.map(variableIn))
  faults.push(...faultsOfFms(values).filter(fault => !named.has(variableIn(fault))))

  const warnings = unknownVariables(env)
  const [first, ...more] = faults
  if (first !== undefined) return { faults: [first, ...more], warnings }
  // No fault means that every variable with a default has a value.
  const orderAcceptance = plain.orderAcceptance ?? (plain.mode === 'development' ? 'automatic' : 'manual')
  const fms = fmsConfigOf(plain as Values, variable => textOf(variable, env, readFile))
  return { config: { ...(plain as Values), orderAcceptance, fms, apiPaths, extensions, extraIndexes }, warnings }
}

/** Faults begin with it. */
function variableIn(fault: string): string | undefined {
  return fault.split(' ')[0]
}

/** What a variable is set to, if it is: an empty text counts as unset, as containers often set variables to nothing. */
export function textOf(variable: ConfigVariable, env: Environment, readFile: (path: string) => string): string | undefined {
  const text = env[variable.name] || undefined
  const file = variable.secret ? env[`${variable.name}_FILE`] || undefined : undefined
  if (file === undefined) return text
  if (text !== undefined) throw new ConfigFault(`and ${variable.name}_FILE are both set: only one can count`)
  try {
    const content = readFile(file).replace(/\r?\n$/, '')
    if (content !== '') return content
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new ConfigFault(`cannot be read from the file that ${variable.name}_FILE names${code}`)
  }
  throw new ConfigFault(`cannot be read from the file that ${variable.name}_FILE names: it is empty`)
}

const OUR_PREFIXES = [
  'TRACKING_',
  'CRM_',
  'TMF',
  'DATABASE_',
  'PUBLIC_BASE',
  'SCAN_',
  'MAX_SCAN',
  'CORS_',
  'PARTIAL_',
  'INDEXED_',
  'EXTENSION_',
  'SHUTDOWN_',
  'SECRET_KEY',
  'PREVIOUS_SECRET',
  'CALLBACK_',
  'DELIVER',
  'EVENT_RETENTION',
  'LEASE_MS',
  'ORDER_',
  'FMS_'
]
/** Read by the tests and by `npm start`, not by the server. */
const NOT_OURS = ['TMF_SPEC_DIR', 'CRM_STARTED_BY']

function unknownVariables(env: Environment): string[] {
  const known = new Set([...NOT_OURS, ...allVariables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))])
  return Object.keys(env)
    .filter(name => !known.has(name) && OUR_PREFIXES.some(prefix => name.startsWith(prefix)))
    .sort()
    .map(name => `${name} is not a setting of this version and is ignored`)
}
