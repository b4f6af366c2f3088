import type { ApiVersion } from './kept.ts'
import { type CancelServiceOrder, mapItems, type Service, type ServiceOrder } from './service-order.ts'
import { asV3 } from './v3-shape.ts'

/** Where the versions of the API are. */
export const apiPaths: Readonly<Record<ApiVersion, string>> = {
  v4: '/tmf-api/serviceOrdering/v4',
  v3: '/tmf-api/serviceOrdering/v3'
}

/** Where devices and services can be read, for the links to them. */
export const resourcePath = '/tmf-api/resourceInventoryManagement/v4/resource'
export const servicePath = '/tmf-api/serviceInventory/v4/service'

/** A service order with its links, as a version of the API shows it. */
export function showOrder(order: ServiceOrder, baseUrl: string, version: ApiVersion = 'v4'): Readonly<Record<string, unknown>> {
  const serviceOrderItem = mapItems(order.serviceOrderItem, item => ({ ...item, service: showService(item.service, baseUrl) }))
  const shown = { ...order, href: `${baseUrl}${apiPaths.v4}/serviceOrder/${encodeURIComponent(order.id)}`, serviceOrderItem }
  return version === 'v4' ? shown : (asV3(shown) as Readonly<Record<string, unknown>>)
}

export function showService(service: Service, baseUrl: string): Service {
  const { id, supportingResource } = service
  return {
    ...service,
    ...(id !== undefined && { href: `${baseUrl}${servicePath}/${encodeURIComponent(id)}` }),
    ...(supportingResource && {
      supportingResource: supportingResource.map(resource =>
        resource.id === undefined || resource.macAddress === undefined
          ? resource
          : { ...resource, href: `${baseUrl}${resourcePath}/${encodeURIComponent(resource.id)}` }
      )
    })
  }
}

export function showCancel(cancel: CancelServiceOrder, baseUrl: string): Readonly<Record<string, unknown>> {
  return { ...cancel, href: `${baseUrl}${apiPaths.v4}/cancelServiceOrder/${encodeURIComponent(cancel.id)}` }
}
