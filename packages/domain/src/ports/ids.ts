/** Makes ids: unique, at most 100 characters of `A-Z a-z 0-9 - _`, and ascending in time (UUIDv7) where lists should follow creation. */
export interface Ids {
  next(): string
}
