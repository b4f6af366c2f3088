import { type TProperties, Type } from '@sinclair/typebox'
import type { ServedResource } from './served-resource.ts'

/** How lists are filtered, for the description of the operation: more than a parameter's own description could say. */
export const FILTER_DESCRIPTION = [
  'Any attribute filters: `name=Asha`, nested with dots and through arrays (`relatedParty.role=owner`: any element).',
  'Several parameters must all hold; values separated by commas or semicolons, or a repeated parameter, are alternatives.',
  'Operators are suffixes: `.eq .ne .gt .gte .lt .lte .in .nin .like .contains .startswith .endswith .regex .isnull`, or encoded',
  'signs (`creditProfile.creditScore%3E%3D500`). `relatedParty[role=owner,name=Asha]` holds for one and the same element.',
  'In double quotes comma and semicolon stand for themselves. Text is compared case-sensitively, by code point; date-times as instants.'
].join(' ')

export const fieldsParameter = Type.Optional(
  Type.String({
    description: 'Only these attributes, separated by commas, dotted for nested ones; `none` for id, href and @type alone.',
    examples: ['name,status']
  })
)

/** The parts of a page that is asked for by number. */
export const pagingParameters = {
  offset: Type.Optional(Type.Integer({ description: 'How many matches to skip.', minimum: 0, default: 0 })),
  limit: Type.Optional(Type.Integer({ description: 'How many to answer at most.', minimum: 1, maximum: 200, default: 20 }))
}

/** The page and the order of a list, whatever it lists. */
export const pageParameters = {
  ...pagingParameters,
  cursor: Type.Optional(
    Type.String({ description: 'Where the page starts: taken from `Link: rel="next"`, with the same query.' })
  )
}

/** The parameters of a list: the common ones, and the attributes that an index serves. Every other attribute filters too. */
export function listParameters(served: ServedResource): TProperties {
  const { binding } = served
  const sort = Type.Optional(
    Type.String({
      description:
        'Attributes to order by, separated by commas; `-` in front for descending. Ties, and everything by default, by id.',
      examples: [`-${binding.definition.indexed[0]?.path ?? 'id'}`]
    })
  )
  return { fields: fieldsParameter, ...pageParameters, sort, ...filterParameters(served) }
}

/** The attributes that an index serves. Every other attribute filters too. */
export function filterParameters({ binding }: ServedResource): TProperties {
  const indexed = binding.definition.indexed.map(({ path }) => [path, indexedParameter(path)] as const)
  return { id: indexedParameter('id'), ...Object.fromEntries(indexed) }
}

function indexedParameter(path: string) {
  return Type.Optional(Type.String({ description: `Only where ${path} is this value. Served by an index.` }))
}
