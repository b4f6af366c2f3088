import type { Device, Kept, ServiceRecord } from './kept.ts'
import type { Numbering } from './numbering.ts'
import type { Characteristic, Resource, Service } from './service-order.ts'
import { DEFAULT_MODEL, type Stock } from './stock.ts'

/** Why an item cannot be done. */
export interface Obstacle {
  readonly code: string
  readonly reason: string
  readonly message: string
}

export type Outcome = { readonly service: Service } | { readonly obstacle: Obstacle }

/** The models that a service gets when the order names none, by the id or the name of its specification. */
export type Catalogue = Readonly<Record<string, readonly string[]>>

/** Services and the devices that they stand on. */
export class Provisioning {
  readonly #kept: Kept
  readonly #numbering: Numbering
  readonly #stock: Stock
  readonly #catalogue: Catalogue

  constructor(kept: Kept, numbering: Numbering, stock: Stock, catalogue: Catalogue) {
    this.#kept = kept
    this.#numbering = numbering
    this.#stock = stock
    this.#catalogue = catalogue
  }

  /** A new service, with the devices that were asked for. */
  add(wanted: Service): Outcome {
    const id = this.#numbering.id('SVC')
    return this.#equip(id, { ...wanted, id, state: 'reserved' }, this.#resourcesFor(wanted))
  }

  /** Characteristics replace those of their name; resources, where there are any, replace the devices once it works. */
  modify(wanted: Service): Outcome {
    const record = this.#serviceOf(wanted)
    if (!record) return { obstacle: serviceNotFound }
    const { id, service, deviceIds, before = { service, deviceIds } } = record
    const changed: Service = {
      ...service,
      ...wanted,
      id,
      state: 'reserved',
      serviceCharacteristic: replaced(service.serviceCharacteristic ?? [], wanted.serviceCharacteristic ?? [])
    }
    if (!wanted.supportingResource?.length) {
      const same = { ...changed, supportingResource: service.supportingResource ?? [] }
      this.#kept.services.put(id, { id, service: same, deviceIds, before })
      return { service: same }
    }
    return this.#equip(id, changed, wanted.supportingResource, before)
  }

  /** The service as it is, to be removed when the work is done. */
  find(wanted: Service): Outcome {
    const record = this.#serviceOf(wanted)
    return record
      ? { service: { ...record.service, ...wanted, supportingResource: record.service.supportingResource ?? [] } }
      : { obstacle: serviceNotFound }
  }

  /** What was reserved works now. */
  activate(service: Service, now: string): Service {
    const known = this.#serviceOf(service)
    if (known?.before) {
      const { before, ...record } = known
      this.#giveBack(before.deviceIds, record.deviceIds)
      this.#kept.services.put(record.id, record)
    }
    return this.#become(service, { ...service, state: 'active', startDate: service.startDate ?? now })
  }

  /** Its devices go back to the stock. */
  terminate(service: Service, now: string): Service {
    this.#release(service)
    return this.#become(service, { ...service, state: 'terminated', endDate: now })
  }

  /** Of a service that was never made the devices go back; one that was to be changed is as it was. */
  undo(service: Service): void {
    const record = this.#serviceOf(service)
    if (!record?.before) {
      this.#release(service)
      return
    }
    const { id, before } = record
    this.#giveBack(record.deviceIds, before.deviceIds)
    this.#kept.services.put(id, { id, ...before })
  }

  #release(service: Service): void {
    const record = this.#serviceOf(service)
    if (!record) return
    this.#giveBack([...record.deviceIds, ...(record.before?.deviceIds ?? [])], [])
    this.#kept.services.put(record.id, { id: record.id, service: record.service, deviceIds: [] })
  }

  #giveBack(deviceIds: readonly string[], except: readonly string[]): void {
    for (const deviceId of new Set(deviceIds)) if (!except.includes(deviceId)) this.#stock.giveBack(deviceId)
  }

  #equip(id: string, service: Service, resources: readonly Resource[], before?: ServiceRecord['before']): Outcome {
    const devices: Device[] = []
    for (const resource of resources) {
      const device = this.#deviceFor(resource, id)
      if (!device) {
        const taken = devices.map(({ id: deviceId }) => deviceId)
        this.#giveBack(taken, before?.deviceIds ?? [])
        return { obstacle: outOfStock(modelOf(resource)) }
      }
      devices.push(device)
    }
    const deviceIds = devices.map(device => device.id)
    const equipped: Service = {
      ...service,
      supportingResource: devices.map((device, index) => shown(device, resources[index] ?? {})),
      serviceCharacteristic: replaced(service.serviceCharacteristic ?? [], addresses(id, devices))
    }
    this.#kept.services.put(id, { id, service: equipped, deviceIds, ...(before && { before }) })
    return { service: equipped }
  }

  #deviceFor(resource: Resource, serviceId: string): Device | undefined {
    const known = this.#kept.devices.get(resource.id ?? '')
    if (known?.serviceId === serviceId) return known
    const model = modelOf(resource)
    return resource.serialNumber === undefined
      ? this.#stock.take(model, serviceId)
      : this.#stock.takeThis(resource.serialNumber, model, serviceId)
  }

  #resourcesFor({ supportingResource, serviceSpecification }: Service): readonly Resource[] {
    if (supportingResource?.length) return supportingResource
    const { id = '', name = '' } = serviceSpecification ?? {}
    const models = this.#catalogue[id] ?? this.#catalogue[name] ?? [DEFAULT_MODEL]
    return models.map(model => ({ model }))
  }

  #serviceOf({ id = '' }: Service): ServiceRecord | undefined {
    const record = this.#kept.services.get(id)
    return record?.service.state === 'terminated' ? undefined : record
  }

  #become(before: Service, service: Service): Service {
    const record = this.#kept.services.get(before.id ?? '')
    if (record) this.#kept.services.put(record.id, { ...record, service })
    return service
  }
}

const serviceNotFound: Obstacle = {
  code: 'serviceNotFound',
  reason: 'There is no such service',
  message: 'The service that is to be changed is not known here, or was terminated'
}

/** @param model what none is left of */
export function outOfStock(model: string): Obstacle {
  return { code: 'outOfStock', reason: 'No device is left', message: `No device of the model ${model} is in stock` }
}

/** Where a client says which model it wants: there is no attribute of the standard for that. */
export function modelOf({ model, name, characteristic, resourceCharacteristic }: Resource): string {
  for (const list of [characteristic, resourceCharacteristic]) {
    if (!Array.isArray(list)) continue
    const found: unknown = list.find(each => each?.name === 'model')?.value
    if (model === undefined && typeof found === 'string') return found
  }
  return model ?? name ?? DEFAULT_MODEL
}

function shown(device: Device, asked: Resource): Resource {
  const { id, model, serialNumber, macAddress } = device
  return {
    '@type': 'PhysicalResource',
    '@referredType': 'PhysicalResource',
    ...asked,
    id,
    name: model,
    model,
    serialNumber,
    macAddress
  }
}

/** What can be told of the devices and the network in characteristics: all that some systems tell. */
function addresses(serviceId: string, devices: readonly Device[]): readonly Characteristic[] {
  const number = Number(serviceId.split('-').pop()) || 0
  const ipAddress = `100.${64 + ((number >> 16) & 63)}.${(number >> 8) & 255}.${number & 255}`
  const [device] = devices
  const ofDevice = device ? [text('serialNumber', device.serialNumber), text('macAddress', device.macAddress)] : []
  return [text('ipAddress', ipAddress), ...ofDevice]
}

function text(name: string, value: string): Characteristic {
  return { name, valueType: 'string', value }
}

function replaced(before: readonly Characteristic[], now: readonly Characteristic[]): readonly Characteristic[] {
  return [...before.filter(({ name }) => !now.some(each => each.name === name)), ...now]
}
