import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Schema } from 'effect'
import { ModbusProfileJson } from './modbus-profile.ts'
import { MqttProfileJson } from './mqtt-profile.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** The JSON Schemas of profiles, for editors: where each is published, and what it says, made of the source. */
export const profileSchemas = () =>
  [
    { file: 'profile.schema.json', of: ModbusProfileJson },
    { file: 'mqtt-profile.schema.json', of: MqttProfileJson },
  ].map(({ file, of }) => {
    const { schema, definitions } = Schema.toJsonSchemaDocument(of, { onExcessProperty: 'error' })
    const json = Object.keys(definitions).length === 0 ? schema : { ...schema, $defs: definitions }
    return {
      path: join(import.meta.dirname, '../../docs', file),
      text: `${JSON.stringify({ $schema: DIALECT, ...json }, null, 2)}\n`,
    }
  })

if (import.meta.main) for (const { path, text } of profileSchemas()) writeFileSync(path, text)
