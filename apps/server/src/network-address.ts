import { isIPv6 } from 'node:net'

/** Who can reach a server that listens on this host: everybody on every network, only this machine, or those who reach that address. */
export function addressOf(host: string): 'wildcard' | 'loopback' | 'other' {
  const name = hostInUrl(host)
  if (name === '0.0.0.0' || name === '[::]' || name === '[::ffff:0:0]') return 'wildcard'
  if (name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name)) return 'loopback'
  return 'other'
}

/** `http://127.0.0.1:8080` */
export function httpUrl(host: string, port: number): string {
  return `http://${hostInUrl(host)}:${port}`
}

/** What this machine itself reaches a server by that listens on this host. */
export function localUrl(host: string, port: number): string {
  if (addressOf(host) !== 'wildcard') return httpUrl(host, port)
  return httpUrl(isIPv6(host) ? '::1' : '127.0.0.1', port)
}

/** As the URL standard writes it, so that `0`, `::0` and `0:0:0:0:0:0:0:0` are seen for what they are. */
function hostInUrl(host: string): string {
  const written = `http://${isIPv6(host) ? `[${host}]` : host}`
  return URL.canParse(written) ? new URL(written).hostname : host
}
