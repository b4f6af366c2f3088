import type { Kept, Settings } from './kept.ts'

const ONLY = 'settings'

/** The settings that are kept, and numbers that never come twice. */
export class Numbering {
  readonly #kept: Kept

  constructor(kept: Kept, first: Omit<Settings, 'counts'>) {
    this.#kept = kept
    if (!kept.settings.get(ONLY)) kept.settings.put(ONLY, { ...first, counts: {} })
  }

  get settings(): Settings {
    const settings = this.#kept.settings.get(ONLY)
    if (!settings) throw new Error('the settings are kept from the beginning')
    return settings
  }

  change(changes: Partial<Settings>): void {
    this.#kept.settings.put(ONLY, { ...this.settings, ...changes })
  }

  /** 1, 2, 3 and so on of each kind. */
  next(kind: string): number {
    const { counts } = this.settings
    const number = (counts[kind] ?? 0) + 1
    this.change({ counts: { ...counts, [kind]: number } })
    return number
  }

  /** `SO-k3x9-1`: another run's orders have other ids. */
  id(kind: string): string {
    return `${kind}-${this.settings.run}-${this.next(kind)}`
  }
}
