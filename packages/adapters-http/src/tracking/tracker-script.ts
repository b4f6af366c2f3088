/**
 * Keeps an open page right: the server says when something has changed, and what is different in the page as it is then is put in place.
 * Elements stay where nothing changed, and so do focus and reading position. Without it the page works, and is reloaded by hand.
 */
export const trackerScript = `(() => {
'use strict'
const AGAIN_MS = 15000
const tracker = document.getElementById('tracker')
const announcement = document.getElementById('announcement')
let stream
let wanted = tracker.dataset.version
let isReading = false

function showLive(isLive) {
  document.getElementById('live').hidden = !isLive
  document.getElementById('reload').hidden = isLive
}

function patch(shown, next) {
  if (shown.isEqualNode(next)) return
  if (shown.nodeType !== 1 || shown.nodeName !== next.nodeName) return shown.replaceWith(next)
  for (const { name } of [...shown.attributes]) if (!next.hasAttribute(name)) shown.removeAttribute(name)
  for (const { name, value } of next.attributes) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value)
  const before = [...shown.childNodes]
  const after = [...next.childNodes]
  after.forEach((node, index) => (index < before.length ? patch(before[index], node) : shown.append(node)))
  before.slice(after.length).forEach(node => node.remove())
}

function show(page) {
  const next = page.getElementById('tracker')
  const isNews = next.dataset.summary !== tracker.dataset.summary
  patch(tracker, next)
  document.title = page.title
  if (isNews) announcement.textContent = tracker.dataset.summary
  if (tracker.dataset.live !== undefined) return
  stream.close()
  showLive(false)
}

async function refresh() {
  if (isReading) return
  isReading = true
  const asked = wanted
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' })
    if (response.status === 404) return location.reload()
    if (!response.ok) throw new Error('not now')
    show(new DOMParser().parseFromString(await response.text(), 'text/html'))
  } catch {
    setTimeout(refresh, AGAIN_MS)
  } finally {
    isReading = false
  }
  if (wanted !== asked && wanted !== tracker.dataset.version) refresh()
}

function open() {
  stream = new EventSource(location.pathname.replace(/\\/+$/, '') + '/stream')
  stream.addEventListener('open', () => showLive(true))
  stream.addEventListener('tracking', event => {
    wanted = event.lastEventId
    if (wanted !== tracker.dataset.version) refresh()
  })
  stream.addEventListener('error', () => {
    showLive(false)
    if (stream.readyState !== EventSource.CLOSED) return
    setTimeout(open, AGAIN_MS)
    refresh()
  })
}

open()
})()
`
