/** Whether a Prefer header does without the exact total. @source RFC 7240; `count` is an extension of ours */
export function declinesCount(prefer: string | string[] | undefined): boolean {
  if (prefer === undefined) return false
  return [prefer].flat().some(header => header.split(',').some(each => /^\s*count\s*=\s*"?none"?\s*(;|$)/i.test(each)))
}
