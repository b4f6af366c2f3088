/**
 * Follows `Link: rel="next"` from a first page.
 *
 * @yields the links of the pages that follow, without the server, and how many resources the page before held
 */
export async function* pages(
  address: string,
  first: string
): AsyncGenerator<{ readonly next: string | undefined; readonly items: number }> {
  for (let path: string | undefined = first; path !== undefined; ) {
    const response: Response = await fetch(`${address}${path}`)
    if (!response.ok) throw new Error(`${response.status} at a page: ${await response.text()}`)
    await response.arrayBuffer()
    const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    path = link === undefined ? undefined : link.slice(new URL(link).origin.length)
    yield { next: path, items: Number(response.headers.get('x-result-count')) }
  }
}

/** The link to the page that has so many pages before it. */
export async function linkAtDepth(address: string, first: string, many: number): Promise<string> {
  let seen = 0
  for await (const { next } of pages(address, first)) {
    seen++
    if (next === undefined) break
    if (seen === many) return next
  }
  throw new Error(`there are only ${seen} pages`)
}
