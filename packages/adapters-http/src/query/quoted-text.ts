import { invalidValue } from './bad-query.ts'

/**
 * Splits a text at a separator, except within double quotes and, where asked for, within brackets. The quotes stay.
 *
 * @param name the parameter to name when quotes or brackets are not closed
 */
export function splitUnquoted(text: string, separator: ',' | ';', name: string, respectBrackets = false): string[] {
  if (!respectBrackets && !text.includes(separator) && !text.includes('"')) return [text]
  const parts: string[] = []
  let start = 0
  let quoted = false
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (char === '\\' && text[index + 1] === '"') index++
    else if (char === '"') quoted = !quoted
    else if (quoted) continue
    else if (respectBrackets && char === '[') depth++
    else if (respectBrackets && char === ']') depth--
    else if (char === separator && depth === 0) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
    if (depth < 0) break
  }
  if (quoted) throw invalidValue(name, 'a double quote is not closed; \\" is a quote that is meant as such')
  if (depth !== 0) throw invalidValue(name, 'the brackets are not balanced; those within a value belong in double quotes')
  parts.push(text.slice(start))
  return parts
}

/** Drops the double quotes; `\"` is a quote that stays. */
export function unquote(text: string): string {
  return text.includes('"') ? text.replace(/\\"|"/g, found => (found === '"' ? '' : '"')) : text
}
