/** Why the database can't be used as it is: one line for the operator, who must change something before the next start. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
