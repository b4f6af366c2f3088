import { type FindPattern, toRe2 } from '@crm-lite/domain'
import { RE2JS } from 're2js'

const MAX_COMPILED = 100
const compiled = new Map<string, RE2JS>()

/** Finds a pattern in time proportional to the text, whatever the pattern. Compiled patterns are kept: every event is asked for. */
export const findPattern: FindPattern = (pattern, text) => {
  let expression = compiled.get(pattern)
  if (!expression) {
    expression = RE2JS.compile(toRe2(pattern))
    if (compiled.size >= MAX_COMPILED) compiled.clear()
    compiled.set(pattern, expression)
  }
  return expression.matcher(text).find()
}
