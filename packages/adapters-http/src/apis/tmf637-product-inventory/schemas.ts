import { resource } from '../../schema/entity.ts'
import { productAttributes } from '../common/product.ts'

const { status, productCharacteristic, productPrice, relatedParty, ...others } = productAttributes

/** The lists among the mandatory attributes are always answered; they needn't be sent. */
export const ProductSchema = resource('Product', 'A product that a customer has, or had.', {
  mandatory: { status, productCharacteristic, productPrice, relatedParty },
  optional: others
})
