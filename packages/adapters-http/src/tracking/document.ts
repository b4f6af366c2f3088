import { createHash } from 'node:crypto'
import { type Html, html, verbatim } from './html.ts'
import { trackerScript } from './tracker-script.ts'
import { trackerStyle } from './tracker-style.ts'

interface DocumentParts {
  readonly language: string
  readonly title: string
  readonly body: Html
  readonly hasScript: boolean
}

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 32 32%22%3E%3Crect width=%2232%22 height=%2232%22 rx=%228%22 fill=%22%231f5fd0%22/%3E%3Cpath d=%22M9 17l5 5 9-11%22 fill=%22none%22 stroke=%22white%22 stroke-width=%223.5%22 stroke-linecap=%22round%22 stroke-linejoin=%22round%22/%3E%3C/svg%3E'

/** A whole page: everything that it needs is in it. */
export function documentOf({ language, title, body, hasScript }: DocumentParts): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${verbatim(trackerStyle)}</style>
</head>
<body>
${body}
${hasScript && html`<script>${verbatim(trackerScript)}</script>`}
</body>
</html>
`.text
}

/** What these pages may do: nothing but show their own style, run their own script, and ask the server that they came from. */
export const contentSecurityPolicy = [
  `default-src 'none'`,
  `style-src '${digestOf(trackerStyle)}'`,
  `script-src '${digestOf(trackerScript)}'`,
  `connect-src 'self'`,
  'img-src data:',
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`
].join('; ')

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
