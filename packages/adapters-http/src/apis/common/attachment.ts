import { ref, text } from '../../schema/attributes.ts'
import { entity } from '../../schema/entity.ts'
import { referredType } from './references.ts'
import { Quantity, TimePeriod } from './values.ts'

export const AttachmentRefOrValue = entity(
  'AttachmentRefOrValue',
  'A document that belongs to something: either the document itself or where it is found.',
  {
    optional: {
      id: text('Identifies the document.', 'doc-17'),
      href: text('Where more about the document is found.', 'https://example.com/documents/doc-17'),
      attachmentType: text('Which kind of document it is.', 'scan'),
      content: text('The document itself, in base64.', 'SGVsbG8='),
      description: text('What the document shows.', 'Front page'),
      mimeType: text('The media type of the document.', 'application/pdf'),
      name: text('The name of the document.', 'passport.pdf'),
      url: text('Where the document is fetched from.', 'https://example.com/documents/doc-17.pdf'),
      size: ref(Quantity, 'How large the document is.'),
      validFor: ref(TimePeriod, 'While the document counts.'),
      '@referredType': referredType
    }
  }
)
