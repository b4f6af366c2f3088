import type { ValueOf } from './config-variable.ts'
import type { fmsVariables } from './fms-variables.ts'

type FmsValues = { [K in keyof typeof fmsVariables]: ValueOf<(typeof fmsVariables)[K]> }

/** What the variables of the FMS say, one by one. */
export interface FmsSettings extends Readonly<FmsValues> {
  readonly mode: 'development' | 'production'
}

/** What of them could be read; what could not is undefined. */
export type GivenFmsSettings = { readonly [K in keyof FmsSettings]: FmsSettings[K] | undefined }
