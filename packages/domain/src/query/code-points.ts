/** Code points from the first to the last, both included. */
export type CodePointRange = readonly [first: number, last: number]

export const LAST_CODE_POINT = 0x10ffff

/** A set of code points in its one normal form: ranges in ascending order that neither overlap nor touch. */
export function codePointSet(ranges: readonly CodePointRange[]): CodePointRange[] {
  const set: [number, number][] = []
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = set.at(-1)
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else set.push([first, last])
  }
  return set
}

/** Every code point that is not in a set (in its normal form). */
export function allBut(set: readonly CodePointRange[]): CodePointRange[] {
  const others: CodePointRange[] = []
  let next = 0
  for (const [first, last] of set) {
    if (first > next) others.push([next, first - 1])
    next = last + 1
  }
  if (next <= LAST_CODE_POINT) others.push([next, LAST_CODE_POINT])
  return others
}

export function only(char: string): CodePointRange {
  const codePoint = char.codePointAt(0)!
  return [codePoint, codePoint]
}
