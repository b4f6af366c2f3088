import type { FmsCall, LookUpStrategy } from '@crm-lite/fms-client'
import type { ConfigVariable } from './config-variable.ts'
import { faultsOfLookUp, lookUpOf } from './fms-look-up.ts'
import type { FmsSettings, GivenFmsSettings } from './fms-settings.ts'
import { type FmsTls, faultsOfTls, tlsOf } from './fms-tls.ts'
import { fmsVariables } from './fms-variables.ts'

export interface FmsOauth {
  readonly tokenUrl: string
  readonly clientId: string
  /** Read again each time: a file may have changed. */
  readonly clientSecret: () => string
  readonly scope?: string
  readonly audience?: string
  readonly sendAs?: 'basic' | 'body'
}

/** The fulfilment management system to work with, and how. */
export interface FmsConfig {
  /** Undefined: the simulator, wherever it will listen. */
  readonly url: string | undefined
  /** Undefined: the usual one, or a free one where that is taken. */
  readonly simulatorPort: number | undefined
  readonly version: 'v4' | 'v3'
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  readonly token?: () => string
  readonly oauth?: FmsOauth
  readonly tls: FmsTls
  readonly lookUp: LookUpStrategy
  readonly timeoutSeconds: number
  /** Of the calls that may take longer, or less long. */
  readonly callTimeoutSeconds: Partial<Readonly<Record<FmsCall, number>>>
  readonly settleSeconds: number
  readonly maxConcurrent: number
  readonly probeSeconds: number
  readonly retrySeconds: { readonly min: number; readonly max: number }
  readonly giveUpHours: number
  readonly pollSeconds: { readonly min: number; readonly max: number }
  readonly callbacks: 'subscribe' | 'byHand' | 'off'
  /** Undefined: derived from the secret key. */
  readonly callbackSecret?: string
}

/** An FMS on this very machine answers at once, and somebody watches it. */
const PATIENCE_SECONDS = { real: { timeout: 15, settle: 30 }, simulator: { timeout: 5, settle: 3 } }

/** What of the settings does not go together: a line each, without secrets. */
export function faultsOfFms(given: GivenFmsSettings): string[] {
  return [faultsOfSimulator, faultsOfAuthentication, faultsOfTls, faultsOfLookUp, faultsOfPaces].flatMap(faultsIn => [
    ...faultsIn(given)
  ])
}

function* faultsOfSimulator({ mode, fmsUrl, fmsSimulator }: GivenFmsSettings): Iterable<string> {
  if (!fmsSimulator) return
  if (mode === 'production')
    yield 'FMS_SIMULATOR must not be on in production: it provisions imaginary devices (FMS_URL names a real FMS)'
  else if (fmsUrl !== undefined) yield 'FMS_SIMULATOR and FMS_URL are both set: there can be only one FMS'
}

function* faultsOfAuthentication(given: GivenFmsSettings): Iterable<string> {
  const { fmsToken, fmsOauthTokenUrl, fmsOauthClientId, fmsOauthClientSecret, fmsHeaders = {} } = given
  const isOauth = fmsOauthTokenUrl !== undefined
  if (isOauth && fmsToken !== undefined) yield 'FMS_TOKEN and FMS_OAUTH_TOKEN_URL are both set: only one can count'
  if (isOauth && fmsOauthClientId === undefined) yield 'FMS_OAUTH_CLIENT_ID must be set when FMS_OAUTH_TOKEN_URL is'
  if (isOauth && fmsOauthClientSecret === undefined) yield 'FMS_OAUTH_CLIENT_SECRET must be set when FMS_OAUTH_TOKEN_URL is'
  const more = fmsOauthClientId ?? fmsOauthClientSecret ?? given.fmsOauthScope ?? given.fmsOauthAudience ?? given.fmsOauthSendAs
  if (!isOauth && more !== undefined) yield 'FMS_OAUTH_TOKEN_URL must be set when any other FMS_OAUTH_ setting is'
  const holdsAuthorization = Object.keys(fmsHeaders).some(name => name.toLowerCase() === 'authorization')
  if (holdsAuthorization && (isOauth || fmsToken !== undefined))
    yield 'FMS_HEADERS must not hold authorization when there is a token'
}

function* faultsOfPaces(given: GivenFmsSettings): Iterable<string> {
  const paces = [
    ['FMS_RETRY', given.fmsRetryMinSeconds, given.fmsRetryMaxSeconds],
    ['FMS_POLL', given.fmsPollMinSeconds, given.fmsPollMaxSeconds]
  ] as const
  for (const [name, min, max] of paces) {
    if (min !== undefined && max !== undefined && min > max) yield `${name}_MIN_SECONDS must not be more than ${name}_MAX_SECONDS`
  }
}

/**
 * The FMS that the settings name, or the simulator.
 *
 * @param read the text of a variable, anew: files with secrets may change
 * @returns undefined when there is none
 */
export function fmsConfigOf(
  settings: FmsSettings,
  read: (variable: ConfigVariable) => string | undefined
): FmsConfig | undefined {
  const { mode, fmsUrl: url, fmsPath: path, fmsCallbackSecret: callbackSecret } = settings
  const isSimulated = url === undefined && (settings.fmsSimulator ?? mode === 'development')
  if (url === undefined && !isSimulated) return undefined
  const patience = isSimulated ? PATIENCE_SECONDS.simulator : PATIENCE_SECONDS.real
  return {
    url,
    simulatorPort: settings.fmsSimulatorPort,
    version: settings.fmsVersion,
    ...(path !== undefined && { path }),
    headers: settings.fmsHeaders,
    ...(!isSimulated && authenticationOf(settings, read)),
    tls: isSimulated ? {} : tlsOf(settings),
    lookUp: lookUpOf(settings),
    timeoutSeconds: settings.fmsTimeoutSeconds ?? patience.timeout,
    callTimeoutSeconds: settings.fmsCallTimeouts ?? {},
    settleSeconds: settings.fmsSettleSeconds ?? patience.settle,
    maxConcurrent: settings.fmsMaxConcurrent,
    probeSeconds: settings.fmsProbeSeconds,
    retrySeconds: { min: settings.fmsRetryMinSeconds, max: settings.fmsRetryMaxSeconds },
    giveUpHours: settings.fmsGiveUpHours,
    pollSeconds: { min: settings.fmsPollMinSeconds, max: settings.fmsPollMaxSeconds },
    callbacks: settings.fmsCallbacks,
    ...(callbackSecret !== undefined && { callbackSecret })
  }
}

function authenticationOf(
  settings: FmsSettings,
  read: (variable: ConfigVariable) => string | undefined
): Pick<FmsConfig, 'token' | 'oauth'> {
  const { fmsOauthTokenUrl: tokenUrl, fmsOauthClientId: clientId, fmsOauthScope: scope, fmsOauthAudience: audience } = settings
  if (settings.fmsToken !== undefined) return { token: () => read(fmsVariables.fmsToken) ?? '' }
  if (tokenUrl === undefined || clientId === undefined) return {}
  const clientSecret = () => read(fmsVariables.fmsOauthClientSecret) ?? ''
  const { fmsOauthSendAs: sendAs } = settings
  const more = { ...(scope !== undefined && { scope }), ...(audience !== undefined && { audience }), ...(sendAs && { sendAs }) }
  return { oauth: { tokenUrl, clientId, clientSecret, ...more } }
}
