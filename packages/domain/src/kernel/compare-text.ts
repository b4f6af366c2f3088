/**
 * Compares two texts by Unicode code point, as SQLite's BINARY and PostgreSQL's "C" collation compare UTF-8.
 *
 * JavaScript's `<` compares UTF-16 code units, which puts an emoji (a surrogate pair) before U+FFFD.
 */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return codePointRank(a) - codePointRank(b)
  }
  return left.length - right.length
}

/** Moves surrogates behind every other code unit: they stand for code points from U+10000 on. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
