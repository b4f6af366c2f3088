import { Type } from '@sinclair/typebox'

/** Headers that requests may carry and answers do carry, as the OpenAPI documents describe them. */

export const etag = Type.String({ description: 'The revision, for If-Match and If-None-Match.', examples: ['"1"'] })

export const location = Type.String({ description: 'Where the new resource is: its href.', format: 'uri' })

export const ifMatch = Type.Optional(
  Type.String({ description: 'ETags of the revisions that may be changed, or `*`; otherwise 412.', examples: ['"1"'] })
)

export const ifNoneMatch = Type.Optional(
  Type.String({ description: 'ETags of revisions that the client has; 304 when one of them is still right.', examples: ['"1"'] })
)

export const prefer = Type.Optional(
  Type.String({ description: '`count=none` does without the exact total, which is faster.', examples: ['count=none'] })
)

export const actor = Type.Optional(
  Type.String({
    description: 'Who is responsible for the change; `anonymous` when absent.',
    maxLength: 100,
    examples: ['portal']
  })
)

export const idempotencyKey = Type.Optional(
  Type.String({
    description:
      'Makes it safe to repeat the request: for 24 hours, the same key with the same method, path and body is done once and answered ' +
      'again. With another body it is refused with 422, while the first request is under way with 409.',
    minLength: 1,
    maxLength: 255,
    examples: ['7f9d2f1e-create-customer']
  })
)

/** Response headers that only come when there is something to say. All others that are documented always come. */
export const occasionalHeaders: ReadonlySet<string> = new Set(['X-Total-Count', 'Link', 'Preference-Applied'])

/** What the list of events carries. */
export const eventPage = {
  'X-Result-Count': Type.Integer({ description: 'How many events this page holds.' }),
  'X-Cursor': Type.String({ description: 'Where to read on, now or later: the value of `after`.' }),
  Link: Type.String({ description: 'The next page, when there is one already.' })
}

/** What lists carry. */
export const page = {
  'X-Total-Count': Type.Integer({ description: 'How many resources match, exactly. Absent with `Prefer: count=none`.' }),
  'X-Result-Count': Type.Integer({ description: 'How many resources this page holds.' }),
  Link: Type.String({ description: 'Other pages: first, prev, next, last. next costs the same at any depth.' }),
  'Preference-Applied': Type.String({ description: '`count=none`, when that was preferred.' })
}
