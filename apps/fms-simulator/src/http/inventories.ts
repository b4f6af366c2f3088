import type { FastifyInstance } from 'fastify'
import { Mistake } from '../checker.ts'
import type { Kept } from '../kept.ts'
import { resourcePath, servicePath, showService } from '../representation.ts'

/** Devices and services to look at, where the links to them lead: read only. */
export function registerInventories(app: FastifyInstance, kept: Kept, baseUrl: () => string): void {
  app.get<{ Params: { id: string } }>(`${servicePath}/:id`, ({ params }) => {
    const record = kept.services.get(params.id)
    if (!record) throw new Mistake('There is no such service', 'notFound', 404)
    return { '@type': 'Service', ...showService(record.service, baseUrl()) }
  })
  app.get<{ Params: { id: string } }>(`${resourcePath}/:id`, ({ params }) => {
    const device = kept.devices.get(params.id)
    if (!device) throw new Mistake('There is no such device', 'notFound', 404)
    const { id, model, serialNumber, macAddress, serviceId } = device
    return {
      '@type': 'PhysicalResource',
      id,
      href: `${baseUrl()}${resourcePath}/${id}`,
      name: model,
      model,
      serialNumber,
      macAddress,
      resourceStatus: serviceId === undefined ? 'available' : 'reserved'
    }
  })
}
