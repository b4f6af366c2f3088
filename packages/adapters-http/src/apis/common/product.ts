import { type ProductRefOrValue as ProductValue, productStatuses } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { dateTime, flag, indexedText, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { entity, shape } from '../../schema/entity.ts'
import { ProductPrice, priceSchemas } from './prices.ts'
import { BillingAccountRef, plainReference, RelatedParty, referenceAttributes, referredType } from './references.ts'
import { Characteristic, Quantity, TimePeriod } from './values.ts'

export const ProductOfferingRef = plainReference(
  'ProductOfferingRef',
  'What was offered, in the catalogue.',
  indexedText('The id of the offering.', 'offering-fibre-500')
)

export const AgreementItemRef = entity('AgreementItemRef', 'A part of an agreement.', {
  mandatory: { id: text('The id of the agreement.', 'agreement-1') },
  optional: {
    ...referenceAttributes,
    agreementItemId: text('Which part of it.', '2'),
    '@referredType': referredType
  }
})

export const RelatedPlaceRefOrValue = entity('RelatedPlaceRefOrValue', 'A place, and what it is for.', {
  mandatory: { role: text('What the place is for.', 'installation address') },
  optional: {
    id: text('The id of the place.', 'place-1'),
    ...referenceAttributes,
    '@referredType': referredType
  }
})

export const RelatedProductOrderItem = entity('RelatedProductOrderItem', 'An item of an order that concerned the product.', {
  mandatory: {
    orderItemId: text('The id of the item.', '1'),
    productOrderId: indexedText('The id of the order.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20')
  },
  optional: {
    orderItemAction: text('What was done with the product.', 'add'),
    productOrderHref: text('Where the order is found.'),
    role: text('What the item did for the product.', 'origin'),
    '@referredType': referredType
  }
})

export const TargetProductSchema = shape('TargetProductSchema', 'The schema that a product of this specification follows.', {
  mandatory: {
    '@type': text('The type of the product.', 'FibreAccess'),
    '@schemaLocation': text('Where its schema is found.', 'https://example.com/schemas/fibre-access.json')
  },
  optional: { '@baseType': text('The type that it extends.', 'Product') }
})

export const ProductSpecificationRef = entity('ProductSpecificationRef', 'What the product is, technically.', {
  mandatory: { id: text('The id of the specification.', 'specification-fibre') },
  optional: {
    ...referenceAttributes,
    version: text('Its version.', '2.1'),
    targetProductSchema: ref(TargetProductSchema, 'The schema of such products.'),
    '@referredType': referredType
  }
})

export const ProductTerm = entity('ProductTerm', 'For how long something is agreed.', {
  optional: {
    description: text('What is agreed.', 'Minimum term'),
    name: text('What the term is called.', 'Minimum term'),
    duration: ref(Quantity, 'For how long.'),
    validFor: ref(TimePeriod, 'While it counts.')
  }
})

export const ResourceRef = entity('ResourceRef', 'A resource that the product uses.', {
  mandatory: { id: indexedText('The id of the resource.', 'port-17') },
  optional: { ...referenceAttributes, value: text('What it is known by.', '+1-555-0141'), '@referredType': referredType }
})

export const ServiceRef = plainReference(
  'ServiceRef',
  'A service that realizes the product.',
  indexedText('The id of the service.', 'service-9')
)

/** Products contain products: the compiler is told so, as it cannot find out. */
const productItself = (description: string) => Type.Unsafe<ProductValue>({ $ref: 'ProductRefOrValue#', description })

export const ProductRelationship = entity('ProductRelationship', 'How another product has to do with this one.', {
  mandatory: {
    relationshipType: text('How.', 'reliesOn'),
    product: productItself('The other product.')
  },
  optional: {}
})

/** What a product has to say about itself, besides where it is found. */
export const productAttributes = {
  description: text('What it is.', 'Fibre to the club house'),
  isBundle: flag('Whether it is made of products.'),
  isCustomerVisible: flag('Whether the customer sees it.'),
  name: text('What it is called.', 'Fibre 500'),
  orderDate: dateTime('When it was ordered.'),
  productSerialNumber: indexedText('Its serial number.', 'SN-0042'),
  startDate: dateTime('From when it is used.'),
  terminationDate: dateTime('Until when it is used.'),
  agreement: many(AgreementItemRef, 'What was agreed on it.'),
  billingAccount: ref(BillingAccountRef, 'The account that is billed for it.'),
  place: many(RelatedPlaceRefOrValue, 'Where it is used.'),
  product: Type.Array(productItself('A part.'), { description: 'The products that it is made of.' }),
  productCharacteristic: many(Characteristic, 'Its properties.'),
  productOffering: ref(ProductOfferingRef, 'What was offered.'),
  productOrderItem: many(RelatedProductOrderItem, 'Items of orders that concerned it.'),
  productPrice: many(ProductPrice, 'What is paid for it.'),
  productRelationship: many(ProductRelationship, 'Other products that have to do with it.'),
  productSpecification: ref(ProductSpecificationRef, 'What it is, technically.'),
  productTerm: many(ProductTerm, 'For how long it is agreed.'),
  realizingResource: many(ResourceRef, 'The resources that it uses.'),
  realizingService: many(ServiceRef, 'The services that realize it.'),
  relatedParty: many(RelatedParty, 'Who has to do with it.'),
  status: oneOf(productStatuses, 'Where it is in its life.')
}

export const ProductRefOrValue = entity('ProductRefOrValue', 'A product: one that the customer has, or one as it shall be.', {
  optional: {
    id: text('The id of the product, where the customer has it.', 'product-3'),
    href: text('Where it is found. Kept as it was sent.', 'https://example.com/tmf-api/productInventory/v4/product/product-3'),
    ...productAttributes,
    '@referredType': referredType
  }
})

/** Everything that a product refers to, itself included. */
export const productSchemas = [
  ...priceSchemas,
  AgreementItemRef,
  BillingAccountRef,
  Characteristic,
  ProductOfferingRef,
  ProductRefOrValue,
  ProductRelationship,
  ProductSpecificationRef,
  ProductTerm,
  Quantity,
  RelatedParty,
  RelatedPlaceRefOrValue,
  RelatedProductOrderItem,
  ResourceRef,
  ServiceRef,
  TargetProductSchema,
  TimePeriod
]
