/** What `crm event list` was asked. */
export interface ListOptions {
  readonly resource?: string
  readonly id?: string
  readonly from?: string
  readonly to?: string
  readonly after?: string
  readonly limit: number
  readonly json?: true
}

/** What `crm event replay` was asked. */
export interface ReplayOptions {
  readonly from: string
  readonly to?: string
  readonly query?: string
}
