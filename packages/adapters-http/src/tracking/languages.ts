/** More than anybody reads. */
const MAX_LANGUAGES = 10

/** The languages of an Accept-Language header, best first. @source RFC 9110, 12.5.4 */
export function languagesIn(header: string | undefined): readonly string[] {
  if (header === undefined) return []
  return header
    .split(',')
    .map(range => {
      const [language = '', ...parameters] = range.split(';').map(each => each.trim())
      const q = parameters.find(each => each.startsWith('q='))
      return { language, quality: q === undefined ? 1 : Number(q.slice(2)) }
    })
    .filter(({ language, quality }) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(language) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .slice(0, MAX_LANGUAGES)
    .map(({ language }) => language)
}
