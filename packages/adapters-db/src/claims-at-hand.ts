import type { ClaimedWork, WorkKind } from '@crm-lite/domain'

interface Claim {
  readonly number: number
  readonly leasedUntilMs: number
  isLost: boolean
}

interface Work {
  readonly tenant: string
  readonly kind: WorkKind
  readonly id: string
}

/**
 * Knows of claims of this process that they are lost, because what was claimed has since been scheduled anew, or taken away, by this process:
 * the database need not be asked then. What is not known here is asked there.
 */
export class ClaimsAtHand {
  readonly #claims = new Map<string, Claim>()
  #number = 0

  /** Where the claims stand now: what is lost by work that begins now was claimed before. */
  get number(): number {
    return this.#number
  }

  add(work: ClaimedWork): void {
    this.#claims.set(keyOf(work), { number: ++this.#number, leasedUntilMs: work.leasedUntilMs, isLost: false })
  }

  /** It was scheduled anew, or taken away. A claim that was made since then may be one of what was scheduled. */
  lose(work: Work, number: number): void {
    const claim = this.#claims.get(keyOf(work))
    if (claim && claim.number <= number) claim.isLost = true
  }

  /** Takes a claim away that is done with. Returns whether it is known to be lost. */
  end(work: ClaimedWork): boolean {
    const key = keyOf(work)
    const claim = this.#claims.get(key)
    if (claim?.leasedUntilMs !== work.leasedUntilMs) return false
    this.#claims.delete(key)
    return claim.isLost
  }
}

function keyOf({ tenant, kind, id }: Work): string {
  return `${kind} ${tenant} ${id}`
}
