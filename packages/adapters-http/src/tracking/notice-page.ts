import { documentOf } from './document.ts'
import { html } from './html.ts'

/** A page that says why there is nothing to see. */
export function noticePage(language: string, brand: string, [title, advice]: readonly [title: string, advice: string]): string {
  const body = html`<main class="notice"><header>${brand !== '' && html`<p class="brand">${brand}</p>`}</header>
<section class="card"><h1>${title}</h1><p>${advice}</p></section></main>`
  return documentOf({ language, title, body, hasScript: false })
}
