import type { Replacement } from '../write-set.ts'

/** So many resources are known: those of the latest batches, which somebody may have read before they were written. */
const KNOWN = 4_096

/**
 * What this process has replaced lately, or is about to replace. What was read before that cannot be replaced any more: PostgreSQL would refuse it,
 * and everything that goes with it.
 */
export class Overtaking {
  /** The revisions that were written, the latest last. */
  readonly #written = new Map<string, number>()
  /** What is on its way, and when it is known what has come of that. */
  readonly #underWay = new Map<string, Promise<void>>()

  /** Whether something is on its way in place of one of these. */
  isUnderWay(replacements: readonly Replacement[]): boolean {
    return replacements.some(({ name }) => this.#underWay.has(name))
  }

  /**
   * Whether something else was written in place of one of these, as far as is known. One that others have deleted and made again has an earlier
   * revision than the one that is known: work that was told so and has read it again must not be told so once more.
   */
  isBehind(replacements: readonly Replacement[]): boolean {
    return replacements.some(({ name, revision }) => revision < (this.#written.get(name) ?? 0))
  }

  /** Resolves when what is on its way in place of these is written, or isn't. */
  async ended(replacements: readonly Replacement[]): Promise<void> {
    await Promise.all(replacements.map(({ name }) => this.#underWay.get(name)))
  }

  /** @param ended resolves when it is known what has come of the resources that have these names; never fails */
  async follow(names: ReadonlySet<string>, ended: Promise<void>): Promise<void> {
    for (const name of names) this.#underWay.set(name, ended)
    await ended
    for (const name of names) this.#underWay.delete(name)
  }

  wrote(replacements: readonly Replacement[]): void {
    for (const { name, next } of replacements) {
      this.#written.delete(name)
      if (next !== undefined) this.#written.set(name, next)
    }
    for (const name of this.#written.keys()) {
      if (this.#written.size <= KNOWN) break
      this.#written.delete(name)
    }
  }
}
