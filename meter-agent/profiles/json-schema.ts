import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Schema } from 'effect'
import { ModbusProfileJson } from './modbus-profile.ts'

/** Where the schema is published. */
export const profileSchemaFile = join(import.meta.dirname, '../../docs/profile.schema.json')

/** The JSON Schema of a profile, for editors: made of the source. */
export function profileSchema(): string {
  const { schema } = Schema.toJsonSchemaDocument(ModbusProfileJson, { onExcessProperty: 'error' })
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`
}

if (import.meta.main) writeFileSync(profileSchemaFile, profileSchema())
