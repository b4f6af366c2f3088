import type { Characteristic, ProductPrice } from '@crm-lite/domain'
import type { Random } from './random.ts'

/** What fictional customers order and have. */
export interface Offering {
  readonly id: string
  readonly name: string
  /** A month, with taxes. */
  readonly fee: number
  /** The device that it comes with; absent: none. */
  readonly device?: string
  readonly characteristic: (random: Random) => Characteristic
}

export const offerings: readonly [Offering, ...Offering[]] = [
  {
    id: 'offering-fibre-500',
    name: 'Fibre 500',
    fee: 39.9,
    device: 'Optical terminal',
    characteristic: () => ({ name: 'speed', valueType: 'number', value: 500 })
  },
  {
    id: 'offering-mobile-20',
    name: 'Mobile 20 GB',
    fee: 19.9,
    device: 'SIM card',
    characteristic: random => ({ name: 'dataVolume', valueType: 'number', value: random.pick([20, 40]) })
  },
  {
    id: 'offering-television',
    name: 'Television',
    fee: 12.5,
    device: 'Receiver',
    characteristic: random => ({ name: 'package', valueType: 'string', value: random.pick(['basic', 'sports', 'films']) })
  },
  {
    id: 'offering-telephone',
    name: 'Telephone',
    fee: 4.9,
    characteristic: random => ({ name: 'lines', valueType: 'number', value: random.between(1, 4) })
  },
  {
    id: 'offering-router',
    name: 'Router',
    fee: 3.5,
    device: 'Router',
    characteristic: random => ({ name: 'colour', valueType: 'string', value: random.pick(['white', 'black']) })
  }
]

export function monthly({ fee }: Offering): ProductPrice {
  return {
    name: 'Monthly fee',
    priceType: 'recurring',
    recurringChargePeriod: 'month',
    price: { taxRate: 19, taxIncludedAmount: { unit: 'EUR', value: fee } }
  }
}
