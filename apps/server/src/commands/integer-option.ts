import { InvalidArgumentError } from 'commander'

/** For an option whose value is an integer in a range. */
export function integerOption(least: number, most: number) {
  return (text: string): number => {
    const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most)) throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`)
    return number
  }
}
