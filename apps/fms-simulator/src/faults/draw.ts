/**
 * A number from 0 to below 1 that depends on nothing but what is handed in.
 *
 * @source FNV-1a, and the last mixing steps of MurmurHash3, without which texts that differ in their last letter stay close together
 */
export function drawn(seed: number, about: string): number {
  let hash = 2_166_136_261 ^ seed
  for (let index = 0; index < about.length; index += 1) hash = Math.imul(hash ^ about.charCodeAt(index), 16_777_619)
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507)
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296
}
