import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { problems } from '#matching-engine/index.ts'
import { ERROR_CATALOGUE_PATH, refusals } from '#protocol/refusal.ts'

const root = join(import.meta.dirname, '..')

/** Where the catalogue is kept. */
export const errorCatalogueFile = join(root, ERROR_CATALOGUE_PATH)

/** Rooms whose typed errors are listed, and what their errors are about. */
const rooms = [
  ['platform', 'The command line'],
  ['meter-agent', 'The home: devices, keys, outbox, and its way to the market'],
  ['matching-engine', 'The market: commands, log, gateway'],
  ['contracts', 'Settlement and chain'],
  ['sim', 'Scenarios, feeders and emulators'],
] as const

interface TypedError {
  readonly name: string
  readonly meaning: string
  readonly fields: readonly string[]
}

/** The catalogue of everything that is refused, as Markdown: made of the source, so that it cannot say another thing. */
export function errorCatalogue(): string {
  return `${[
    preface,
    '## Refused by the market',
    ...Object.entries(refusals).map(([code, of]) => coded(code, of)),
    '## Refused by the HTTP door',
    ...Object.entries(problems).map(([code, of]) => coded(code, of)),
    ...rooms.flatMap(([room, title]) => [`## ${title}`, ...typedErrors(room).map(typed)]),
    '## Refused by the contracts',
    'A contract that refuses changes nothing. `ChainFailure` carries the name in its `revert`.',
    ...contractErrors(),
  ].join('\n\n')}\n`
}

const preface = `# Errors

Everything that Commonwatt refuses, by name. This file is made of the source by \`npm run docs\`; a test fails when it is old.

| door | how it refuses |
|---|---|
| HTTP, one message | the status below, and a problem document (RFC 9457, \`application/problem+json\`): \`type\` (the entry here), \`title\`, \`status\`, \`detail\`, \`code\`, \`field\` where there is one, and \`error\` where a device failed, by its name here |
| HTTP, an array | 200, and for each refused message \`{"accepted":false,"code","detail","field"}\` in its place |
| socket.io | what is no \`resume\` or \`seen\` with a sequence, and no \`subscribe\` or \`unsubscribe\` with a slot, ends the connection; so does one subscription too many, and saying too much |
| \`commonwatt match\` | \`"error":"CODE"\` in the line's answer, with the market's codes; a line that is no command ends with exit 2 and its number |
| command line | one line on stderr; exit 2 for bad usage and \`BadInput\`, which carries the words of what it was made of (\`BadCommand\`, \`BadModbusUrl\`, \`BadOpcuaUrl\`, \`BadP1Url\`, \`BadMqttUrl\`, \`BadProfile\`, \`ScenarioRefused\`, \`FeederRefused\`, \`RecordingRefused\`, \`ControlRefused\`, or \`KeyFailure\` of a flag); exit 1 for every other error here |
| Modbus, OPC UA, P1 and MQTT devices | the agent logs the error once, keeps what it has, and tries again |
| contracts | a custom error; nothing is changed |

A refusal changes nothing.`

function coded(code: string, { status, title }: { readonly status: number; readonly title: string }): string {
  return `### ${code}\n\n${status}. ${title}.`
}

function typed({ name, meaning, fields }: TypedError): string {
  const names = fields.map((field) => `\`${field}\``).join(', ')
  return `### ${name}\n\n${meaning}${names === '' ? '' : `\n\nFields: ${names}.`}`
}

/** Every `Data.TaggedError` of a room, with its doc comment. */
function typedErrors(room: string): readonly TypedError[] {
  const declaration =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export class (\w+) extends Data\.TaggedError\('\w+'\)(?:<([\s\S]*?)>)?\s*\{/g
  return filesOf(room, '.ts')
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(declaration)].map(([, comment = '', name = '', type = '']) => ({
        name,
        meaning: comment.replace(/\s*\n\s*\* ?/g, ' ').trim(),
        fields: [...type.matchAll(/readonly (\w+)/g)].map(([, field = '']) => field),
      })),
    )
    .sort(byName)
}

/** The custom errors of the contracts, each with its notices: contracts may have one of the same name. */
function contractErrors(): readonly string[] {
  const declaration = /\/\/\/ @notice (.*(?:\n\s*\/\/\/ .*)*)\n\s*error (\w+)\(([^)]*)\);/g
  const declared = filesOf('contracts', '.sol').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(declaration)].map(([, notice = '', name = '', parameters = '']) => {
      const inOneLine = notice.replace(/\n\s*\/\/\/ /g, ' ')
      return { name, text: `${inOneLine}\n\n\`${name}(${parameters.replace(/\s+/g, ' ').trim()})\`` }
    }),
  )
  return [...Map.groupBy(declared, ({ name }) => name)]
    .map(([name, all]) => ({ name, texts: new Set(all.map(({ text }) => text)) }))
    .sort(byName)
    .map(({ name, texts }) => `### ${name}\n\n${[...texts].join('\n\n')}`)
}

const byName = (one: { readonly name: string }, other: { readonly name: string }) => (one.name < other.name ? -1 : 1)

function filesOf(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(root, folder, name))
}

if (import.meta.main) writeFileSync(errorCatalogueFile, errorCatalogue())
