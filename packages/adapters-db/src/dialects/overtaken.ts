/** Others have changed what work had read: it is to run again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}
