import * as fc from 'fast-check'
import t from 'tap'
import { sameJson } from './json.ts'
import { Slots, type Slotted } from './slots.ts'

interface Guest extends Slotted {
  readonly name: number
}

const steps = fc.array(fc.record({ name: fc.nat({ max: 9 }), isComing: fc.boolean() }), { maxLength: 200 })

t.test('slots hold what a set would, whatever comes and goes in which order', async () => {
  fc.assert(
    fc.property(steps, steps => {
      const guests = Array.from({ length: 10 }, (_, name): Guest => ({ name, slot: undefined }))
      const slots = new Slots<Guest>()
      const set = new Set<Guest>()
      for (const { name, isComing } of steps) {
        const guest = guests[name]!
        if (!isComing) {
          slots.delete(guest)
          set.delete(guest)
        } else if (!set.has(guest)) {
          slots.add(guest)
          set.add(guest)
        }
        if (slots.size !== set.size || !sameJson(namesOf(slots), namesOf(set))) return false
      }
      return true
    })
  )
})

t.test('slots are used again: there are no more of them than stood in them at the same time', async t => {
  const slots = new Slots<Guest>()
  const taken = new Set<number>()
  for (let name = 0; name < 1_000; name++) {
    const guest: Guest = { name, slot: undefined }
    slots.add(guest)
    taken.add(guest.slot!)
    if (name >= 3) slots.delete(guest)
  }
  t.equal(slots.size, 3)
  t.equal(taken.size, 4)
})

function namesOf(guests: Iterable<Guest>): number[] {
  return [...guests].map(({ name }) => name).sort((a, b) => a - b)
}
