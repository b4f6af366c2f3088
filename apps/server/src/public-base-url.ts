import type { Config } from './config.ts'
import { httpUrl } from './network-address.ts'

/** What links begin with when no server is there to know its port. */
export function publicBaseUrlOf({ publicBaseUrl, host, port }: Pick<Config, 'publicBaseUrl' | 'host' | 'port'>): string {
  return publicBaseUrl ?? httpUrl(host, port)
}
