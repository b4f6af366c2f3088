/** Something that must always hold does not. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** @throws {Violation} unless it holds */
export function insistThat(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Violation(typeof what === 'string' ? what : what())
}
