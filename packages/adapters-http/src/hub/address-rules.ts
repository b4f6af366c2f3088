import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = readonly [Address, number]

export interface AddressRules {
  readonly loopback: boolean
  readonly networks: readonly Network[]
}

/** All that is assigned of IPv6 for use on the internet; outside lie `::127.0.0.1`, translations and what is reserved. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Public by its number, but it answers only virtual machines of Azure, as `169.254.169.254` does. */
const AZURE_PLATFORM = '168.63.129.16'

/** Whether we may connect to an address. What can't be read as one may not. */
export function isAllowedAddress(text: string, rules: AddressRules): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text) // `::ffff:10.0.0.1` is 10.0.0.1
  if (rules.networks.some(network => contains(network, address))) return true
  const range = address.range()
  if (range === 'loopback') return rules.loopback
  if (range !== 'unicast' || address.toString() === AZURE_PLATFORM) return false
  return !(address instanceof ipaddr.IPv6) || address.match(GLOBAL_IPV6)
}

/** @throws {Error} when one isn't written as a network */
export function parseCidrs(texts: readonly string[]): readonly Network[] {
  return texts.map(text => {
    if (!ipaddr.isValidCIDR(text)) throw new Error(`${text} is not a network like 10.20.0.0/16`)
    return ipaddr.parseCIDR(text)
  })
}

function contains([network, bits]: Network, address: Address): boolean {
  if (network instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && address.match(network, bits)
  return address instanceof ipaddr.IPv6 && address.match(network, bits)
}
