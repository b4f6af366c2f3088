import { drawn } from './faults/draw.ts'
import type { Device, Kept } from './kept.ts'
import type { Numbering } from './numbering.ts'

/** How many devices of a model there are. */
export interface StockLine {
  readonly model: string
  readonly count: number
}

export const defaultStock: readonly StockLine[] = [
  { model: 'HomeBox 7', count: 100_000 },
  { model: 'HomeBox 7 Pro', count: 100_000 },
  { model: 'FibreBox 2', count: 100_000 },
  { model: 'TV Stick 4K', count: 100_000 }
]

/** The model that services get that name none. */
export const DEFAULT_MODEL = 'HomeBox 7'

/** Imaginary devices: each has a serial number and a MAC address that no other has. Models that nobody stocked are made as they are asked for. */
export class Stock {
  readonly #kept: Kept
  readonly #numbering: Numbering
  /** Ids of devices that came back, by model. */
  readonly #free = new Map<string, Set<string>>()
  readonly #bySerialNumber = new Map<string, string>()

  constructor(kept: Kept, numbering: Numbering) {
    this.#kept = kept
    this.#numbering = numbering
    for (const device of kept.devices.all()) this.#note(device)
  }

  /** The devices left of each model. */
  get lines(): readonly StockLine[] {
    return Object.entries(this.#numbering.settings.stock).map(([model, count]) => ({ model, count }))
  }

  set(lines: readonly StockLine[]): void {
    this.#numbering.change({ stock: Object.fromEntries(lines.map(({ model, count }) => [model, count])) })
  }

  /** Gives a device to a service; `undefined` when none of the model is left. */
  take(model: string, serviceId: string): Device | undefined {
    const { stock } = this.#numbering.settings
    const left = stock[model]
    if (left === 0) return undefined
    if (left !== undefined) this.#numbering.change({ stock: { ...stock, [model]: left - 1 } })
    const returned = this.#returnedOf(model)
    return this.#keep({ ...(returned ?? this.#made(model)), serviceId })
  }

  /** A device that the customer has already, known by its serial number: given to the service unless another one has it. */
  takeThis(serialNumber: string, model: string, serviceId: string): Device | undefined {
    const known = this.#kept.devices.get(this.#bySerialNumber.get(serialNumber) ?? '')
    if (known?.serviceId !== undefined && known.serviceId !== serviceId) return undefined
    return this.#keep({ ...(known ?? this.#made(model)), serialNumber, serviceId })
  }

  giveBack(deviceId: string): void {
    const device = this.#kept.devices.get(deviceId)
    if (device?.serviceId === undefined) return
    const { serviceId: _, ...free } = device
    this.#keep(free)
    const { stock } = this.#numbering.settings
    const left = stock[device.model]
    if (left !== undefined) this.#numbering.change({ stock: { ...stock, [device.model]: left + 1 } })
  }

  #returnedOf(model: string): Device | undefined {
    const [id] = this.#free.get(model) ?? []
    return id === undefined ? undefined : this.#kept.devices.get(id)
  }

  #keep(device: Device): Device {
    this.#kept.devices.put(device.id, device)
    this.#note(device)
    return device
  }

  #note({ id, model, serialNumber, serviceId }: Device): void {
    this.#bySerialNumber.set(serialNumber, id)
    const free = this.#free.get(model) ?? new Set()
    this.#free.set(model, free)
    if (serviceId === undefined) free.add(id)
    else free.delete(id)
  }

  #made(model: string): Device {
    const { run } = this.#numbering.settings
    const number = this.#numbering.next('device')
    const maker = model
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 4)
      .toUpperCase()
      .padEnd(4, 'X')
    return {
      id: `DEV-${run}-${number}`,
      model,
      serialNumber: `${maker}${run.toUpperCase()}${hex(number, 6)}`,
      macAddress: macOf(run, number)
    }
  }
}

/** Of the range for addresses that are given locally; the run in two of its bytes, the number in three. */
function macOf(run: string, number: number): string {
  const text = `02${hex(Math.floor(drawn(0, run) * 65_536), 4)}${hex(number, 6)}`
  return (text.match(/../g) ?? []).join(':')
}

function hex(number: number, digits: number): string {
  return number.toString(16).toUpperCase().padStart(digits, '0')
}
