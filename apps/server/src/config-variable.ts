import type { Kind } from './config-kinds.ts'

/** One setting, as it is read and as docs/configuration.md shows it. */
export interface ConfigVariable<T = unknown> extends Kind<T> {
  readonly name: string
  /** What an unset or empty variable means. Absent: the setting is left out, which means what `defaultMeans` says. */
  readonly default?: string
  readonly defaultMeans?: string
  /** For people, one sentence. */
  readonly description: string
  /** Never shown, and also readable from a file: `<name>_FILE`. */
  readonly secret?: true
  /** The version that it came with. */
  readonly since: string
}

/** What a variable holds once it was read without a fault. */
export type ValueOf<V> = V extends { default: string; parse: (text: string) => infer T }
  ? T
  : V extends { parse: (text: string) => infer T }
    ? T | undefined
    : never
