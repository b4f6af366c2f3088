import { InvalidArgumentError } from 'commander'

/** For an option whose value is a time: to the form in which times are stored. */
export function instantOption(text: string): string {
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be a time such as 2026-03-01T09:00:00Z.')
  return new Date(time).toISOString()
}
