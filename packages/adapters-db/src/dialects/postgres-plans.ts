/**
 * A condition that holds for every text and has PostgreSQL expect next to no row. What is joined with such rows is found by its key then, in a plan
 * that is kept, too: one for many rows, made while a table was small, would read all of it for each statement when it no longer is.
 */
export function expectFew(text: string): string {
  return `${text} || '' = ${text}`
}
