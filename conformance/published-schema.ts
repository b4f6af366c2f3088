import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiBinding, apiBindings } from '@crm-lite/adapters-http'
import { Ajv } from 'ajv'
import formatsPlugin from 'ajv-formats'

/** As much of a Swagger 2.0 schema as the published files use. */
export interface PublishedSchema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly items?: PublishedSchema
  readonly properties?: Readonly<Record<string, PublishedSchema>>
  readonly required?: readonly string[]
}

export type PublishedDefinitions = Readonly<Record<string, PublishedSchema>>

/** Where the published specifications are, when they are at hand: they are not part of this project. */
export const specDir: string | undefined = process.env['TMF_SPEC_DIR'] || undefined

/** Why the tests that need them are skipped, as tap's `skip` takes it. */
export const whyNotChecked: false | string =
  specDir === undefined && 'not checked: TMF_SPEC_DIR does not name a folder with the published schemas'

/** The APIs that are published, with the standard that they follow. */
export const publishedApis: readonly ApiBinding[] = apiBindings.filter(api => !api.isExtension)

/** The file that publishes an API, by the key of its binding. */
export const publishedFiles: Readonly<Record<string, string>> = {
  TMF622_V4: 'TMF622-ProductOrder-v4.0.0.swagger.json',
  TMF629_V4: 'TMF629-Customer-v4.0.0.swagger.json',
  TMF632_V4: 'TMF632-Party-v4.0.0.swagger.json',
  TMF637_V4: 'TMF637-ProductInventory-v4.0.0.swagger.json'
}

/** @throws {Error} when there is no such file, or it has no definitions */
export function publishedDefinitions(specDir: string, file: string): PublishedDefinitions {
  const { definitions } = JSON.parse(readFileSync(join(specDir, file), 'utf8')) as { definitions?: PublishedDefinitions }
  if (!definitions) throw new Error(`${file} has no definitions`)
  return definitions
}

/**
 * Checks answers against what the standard publishes.
 *
 * @param file a Swagger 2.0 file in `specDir`
 * @param definitionName `Customer`
 * @returns what is wrong with a value, each with a JSON Pointer; nothing when it conforms
 */
export function publishedValidator(specDir: string, file: string, definitionName: string): (value: unknown) => string[] {
  const definitions = publishedDefinitions(specDir, file)
  if (!definitions[definitionName]) throw new Error(`${file} does not define ${definitionName}`)
  const ajv = new Ajv({ allErrors: true, strict: false })
  formatsPlugin.default(ajv)
  const validate = ajv.compile({ definitions, $ref: `#/definitions/${definitionName}` })
  return value => {
    if (validate(value)) return []
    return validate.errors!.map(({ instancePath, message }) => `${instancePath}: ${message}`)
  }
}
