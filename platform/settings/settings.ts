import { DEFAULT_HOMES, DEFAULT_SEED } from '../street-choice.ts'

/** What a setting's value may be. A path in a file starts at that file's folder, others where the program runs. */
type Kind =
  | { readonly kind: 'whole' | 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'text' | 'path' | 'url'; readonly metavar: string }
  | { readonly kind: 'choice'; readonly of: readonly string[] }

/** One setting of `start`: `--its-name`, `COMMONWATT_ITS_NAME`, or `itsName` in a settings file. */
export type Setting = Kind & {
  readonly about: string
  /** what it is where nobody sets it, in words */
  readonly unset: string
}

/** How many blocks of somebody else's chain must follow one before it counts. */
export const DEFAULT_CONFIRMATIONS = 5

/** Everything that `start` can be told, whichever way. */
export const settings = {
  homes: { kind: 'whole', least: 1, most: 200, about: 'how many homes', unset: `${DEFAULT_HOMES}` },
  speed: { kind: 'number', least: 0.1, most: 3_600, about: 'simulated seconds a second', unset: '300' },
  port: {
    kind: 'whole',
    least: 0,
    most: 65_535,
    about: 'port of the page and the API, 0 for any free one',
    unset: '4800, or a free one if taken',
  },
  data: {
    kind: 'path',
    metavar: 'DIR',
    about: 'the folder that keeps the street; goes on with the one that is there',
    unset: 'nothing is kept',
  },
  scenario: {
    kind: 'path',
    metavar: 'FILE',
    about: 'a scenario that says where, when and which homes',
    unset: 'a generated street',
  },
  seed: {
    kind: 'whole',
    least: 0,
    most: 2 ** 32 - 1,
    about: 'what everything drawn depends on',
    unset: `${DEFAULT_SEED}`,
  },
  names: {
    kind: 'choice',
    of: ['names', 'numbers'],
    about: 'what everybody may see of a home: its name, or its number only',
    unset: 'numbers',
  },
  rpc: {
    kind: 'url',
    metavar: 'URL',
    about: 'JSON-RPC of a chain to settle on',
    unset: 'one of its own in this process',
  },
  operatorKey: {
    kind: 'text',
    metavar: 'URI',
    about: 'with rpc: the key that pays for transactions there, file:///path, mode 0600',
    unset: 'none',
  },
  confirmations: {
    kind: 'whole',
    least: 0,
    most: 1_000,
    about: 'with rpc: how many blocks must follow one before it counts',
    unset: `${DEFAULT_CONFIRMATIONS}`,
  },
  logFormat: { kind: 'choice', of: ['text', 'json'], about: 'how the log on stderr is written', unset: 'text' },
  logLevel: {
    kind: 'choice',
    of: ['debug', 'info', 'warning', 'error'],
    about: 'the least that is logged',
    unset: 'info',
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

type ValueOf<S extends Setting> = S extends { readonly kind: 'whole' | 'number' }
  ? number
  : S extends { readonly of: readonly (infer Choice)[] }
    ? Choice
    : string

/** The values that were set; what nobody set is not there. */
export type Settings = { readonly [N in SettingName]?: ValueOf<(typeof settings)[N]> }

/** `operatorKey` is `--operator-key` on the command line. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** `operatorKey` is `COMMONWATT_OPERATOR_KEY` in the environment. */
export const variableOf = (name: string): string => `COMMONWATT_${flagOf(name).replaceAll('-', '_').toUpperCase()}`

/** What a setting's value has to be, or null if this is one. */
export function faultOf(setting: Setting, value: unknown): string | null {
  switch (setting.kind) {
    case 'whole':
    case 'number': {
      const { kind, least, most } = setting
      const isOne = kind === 'whole' ? Number.isSafeInteger(value) : Number.isFinite(value)
      if (!isOne) return `is not a ${kind === 'whole' ? 'whole number' : 'number'} from ${least} to ${most}`
      return least <= Number(value) && Number(value) <= most ? null : `is outside ${least} to ${most}`
    }
    case 'choice':
      return setting.of.some((choice) => choice === value) ? null : `is none of ${setting.of.join(', ')}`
    case 'url':
      return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
        ? null
        : 'is no http:// or https:// address, such as http://127.0.0.1:8545'
    case 'text':
    case 'path':
      return typeof value === 'string' && value !== '' && !value.includes('\0') ? null : 'is not a text'
  }
}
