import { v7 } from 'uuid'

/** The same numbers every time, for one thing out of many: nothing depends on the order in which the things are made. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number
  /** An integer, both ends included. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
}

/** What there is a thing of per index: each kind draws numbers of its own. */
export type Kind = 'party' | 'customer' | 'partyId' | 'customerId' | 'order' | 'orderId' | 'product' | 'productId'

const kinds: Record<Kind, number> = {
  party: 1,
  customer: 2,
  partyId: 3,
  customerId: 4,
  order: 5,
  orderId: 6,
  product: 7,
  productId: 8
}

export function randomOf(seed: number, kind: Kind, index: number): Random {
  const nextUint32 = sfc32(seed, kinds[kind], index)
  const next = () => nextUint32() / 0x1_0000_0000
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: probability => next() < probability,
    pick: list => list[Math.floor(next() * list.length)] ?? list[0]
  }
}

const FIRST_ID_AT = Date.UTC(2024, 0, 1)

/** Shaped as a UUID of version 7, a millisecond later per index, so that ids ascend as the indexes do. */
export function seededId(seed: number, kind: Kind & `${string}Id`, index: number): string {
  const nextUint32 = sfc32(seed, kinds[kind], index)
  const random = new Uint8Array(16)
  for (let at = 0; at < 16; at++) random[at] = nextUint32() >>> 24
  return v7({ msecs: FIRST_ID_AT + index, random })
}

/** Chris Doty-Humphrey's small fast counting generator (sfc32): 128 bits of state, so that different things never draw the same. */
function sfc32(first: number, second: number, third: number): () => number {
  let a = first | 0
  let b = second | 0
  let c = third | 0
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) next()
  return next
}
