import { InvalidArgumentError } from 'commander'

const MINUTE_MS = 60_000
const UNITS_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 24 * 60 * MINUTE_MS }

/** For an option whose value is an age: to milliseconds. */
export function ageOption(text: string): number {
  const [, number, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const unitMs = UNITS_MS[unit]
  if (unitMs === undefined) throw new InvalidArgumentError('It must be an age such as 30m, 2h or 3d.')
  return Number(number) * unitMs
}
