/**
 * Whether an Accept header ranks HTML, by name, above JSON: browsers that open an address do, programs don't.
 *
 * @source RFC 9110, 12.5.1
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (!accept?.includes('html')) return false
  const quality = new Map(accept.split(',').map(qualityOf))
  const html = quality.get('text/html') ?? 0
  const json = quality.get('application/json') ?? quality.get('application/*') ?? quality.get('*/*') ?? 0
  return html > 0 && (html > json || (!quality.has('application/json') && html === json))
}

/** One range of an Accept header, and how welcome it is: from 0 to 1. */
export function qualityOf(range: string): [string, number] {
  const [name = '', ...parameters] = range.split(';').map(each => each.trim().toLowerCase())
  const q = parameters.find(each => each.startsWith('q='))
  const value = q === undefined ? 1 : Number(q.slice(2))
  return [name, Number.isFinite(value) ? value : 0]
}
