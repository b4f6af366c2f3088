import { integer, many, number, ref, text } from '../../schema/attributes.ts'
import { entity, shape } from '../../schema/entity.ts'
import { BillingAccountRef, plainReference } from './references.ts'

export const Money = shape('Money', 'An amount of money.', {
  optional: { unit: text('The currency (ISO 4217).', 'EUR'), value: number('How much.', 29.9) }
})

export const Price = entity('Price', 'An amount to be paid.', {
  optional: {
    percentage: number('The price as a percentage of another one.', 10),
    taxRate: number('The tax rate in percent.', 19),
    dutyFreeAmount: ref(Money, 'Without taxes.'),
    taxIncludedAmount: ref(Money, 'With taxes.')
  }
})

export const ProductOfferingPriceRef = plainReference(
  'ProductOfferingPriceRef',
  'The price in the catalogue that this one comes from.',
  text('The id of the price.', 'offering-price-1')
)

const wording = {
  description: text('What the price is for.', 'Monthly fee'),
  name: text('What the price is called.', 'Monthly fee'),
  recurringChargePeriod: text('How often it is charged.', 'month'),
  unitOfMeasure: text('What is counted, for prices by use.', 'GB')
}
const priceType = text('Whether it is charged once, regularly or by use.', 'recurring')
const price = ref(Price, 'How much.')
const productOfferingPrice = ref(ProductOfferingPriceRef, 'Where it comes from.')

export const PriceAlteration = entity('PriceAlteration', 'A discount or a surcharge.', {
  mandatory: { priceType, price },
  optional: {
    ...wording,
    applicationDuration: integer('For how many periods it holds.', 12),
    priority: integer('In which order several are applied.', 1),
    productOfferingPrice
  }
})

const priceAlteration = many(PriceAlteration, 'Discounts and surcharges.')
const billingAccount = ref(BillingAccountRef, 'The account that is billed.')

/** Of a product: what kind of price it is, and how much. */
export const ProductPrice = entity('ProductPrice', 'What is paid for a product.', {
  mandatory: { priceType, price },
  optional: { ...wording, billingAccount, productOfferingPrice, productPriceAlteration: priceAlteration }
})

export const OrderPrice = entity('OrderPrice', 'What is paid for an order or an item of it.', {
  optional: { ...wording, priceType, billingAccount, price, priceAlteration, productOfferingPrice }
})

export const priceSchemas = [Money, Price, ProductOfferingPriceRef, PriceAlteration, ProductPrice, OrderPrice]
