/** The parts of a `like` pattern: texts, and `null` for a star. `\*` and `\\` stand for themselves. */
export function likeParts(pattern: string): (string | null)[] {
  const parts: (string | null)[] = []
  let text = ''
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index]!
    const next = pattern[index + 1]
    if (char === '\\' && (next === '*' || next === '\\')) {
      text += next
      index++
    } else if (char === '*') {
      if (text) parts.push(text)
      if (parts.at(-1) !== null || parts.length === 0) parts.push(null)
      text = ''
    } else text += char
  }
  if (text) parts.push(text)
  return parts
}

/** Whether a text matches a `like` pattern as a whole, in time proportional to text times stars. */
export function isLike(text: string, pattern: string): boolean {
  const parts = likeParts(pattern)
  let position = 0
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    if (part === null) continue
    const floating = index > 0
    const last = index === parts.length - 1
    if (last) return floating ? text.length - part.length >= position && text.endsWith(part) : text === part
    const found = floating ? text.indexOf(part, position) : text.startsWith(part) ? 0 : -1
    if (found < 0) return false
    position = found + part.length
  }
  return parts.length > 0 ? true : text === ''
}
