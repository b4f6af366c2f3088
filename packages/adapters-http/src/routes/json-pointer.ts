/**
 * The names and indexes that a JSON Pointer consists of; undefined when it is none.
 *
 * @source RFC 6901, sections 3 and 4
 */
export function pointerTokens(pointer: unknown): string[] | undefined {
  if (typeof pointer !== 'string' || !/^(\/([^~/]|~[01])*)*$/.test(pointer)) return undefined
  const tokens = pointer.split('/').slice(1)
  return tokens.map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What a pointer leads to through own attributes and existing elements only; undefined when there is nothing. */
export function ownValueAt(document: unknown, pointer: string): unknown {
  return follow(document, pointerTokens(pointer) ?? [])
}

/** Whether a value can be added where a pointer leads: to an attribute of an existing object, or into an existing array. */
export function takesValueAt(document: unknown, pointer: string): boolean {
  const tokens = pointerTokens(pointer) ?? []
  const last = tokens.pop()
  if (last === undefined || last === '__proto__') return false
  const parent = follow(document, tokens)
  if (Array.isArray(parent)) return last === '-' || (isIndex(last) && Number(last) <= parent.length)
  return typeof parent === 'object' && parent !== null
}

function follow(document: unknown, tokens: readonly string[]): unknown {
  let node = document
  for (const token of tokens) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, token)) return undefined
    if (Array.isArray(node) && !isIndex(token)) return undefined
    node = (node as Record<string, unknown>)[token]
  }
  return node
}

function isIndex(token: string): boolean {
  return /^(0|[1-9]\d*)$/.test(token)
}
