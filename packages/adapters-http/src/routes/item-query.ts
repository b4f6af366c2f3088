import type { FieldSelection } from '@crm-lite/domain'
import type { RawQuery } from '../plugins/server-options.ts'
import { parseItemQuery, parseQueryString } from '../query/index.ts'
import type { ServedResource } from './served-resource.ts'

/** Which attributes of a single resource are wanted. */
export function itemFields({ raw }: RawQuery, { binding }: ServedResource): FieldSelection {
  return raw === ''
    ? undefined
    : parseItemQuery(parseQueryString(raw), { attributes: binding.attributes, extensions: binding.computed })
}
