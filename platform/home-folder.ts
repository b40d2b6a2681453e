import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Schema } from 'effect'
import {
  type Key,
  type KeyFailure,
  loadKey,
  loadOrGenerateAccountKey,
  loadOrGenerateKey,
  type PrivateKey,
} from '#meter-agent/index.ts'
import { Address, Slug } from '#protocol/ids.ts'
import { addressOf } from '#protocol/signing.ts'
import { BadInput } from './bad-input.ts'
import { textOf } from './text-file.ts'

/** What a home's folder holds. */
export interface HomeFolder {
  readonly home: string
  readonly deviceKey: Key
  readonly accountKey: PrivateKey
  /** where its stream's keys are made */
  readonly streamKeyUri: string
  readonly dataFile: string
  /** lets go of the name where this call gave it: another may be tried with the same keys */
  readonly forget: Effect.Effect<void>
}

const HomeFile = Schema.fromJsonString(
  Schema.Struct({
    format: Schema.Literal(1),
    home: Slug,
    account: Address,
    /** where the meter's key is, if not in the folder */
    deviceKey: Schema.optionalKey(Schema.String),
  }),
)

const FILE_BYTES_MAX = 65_536
const isSlug = Schema.is(Slug)

/**
 * A home's folder, with its keys made where the home is new. The folder remembers whose it is: another home's, one whose
 * account or meter key has gone, and one whose meter signs with another key are refused with BadInput, because a new key in an
 * old one's place would be another account or another meter.
 */
export const openHomeFolder = (
  folder: string,
  wished: {
    /** the folder's own if left out */
    readonly home?: string | undefined
    /** a `file:` URI; in the folder if left out */
    readonly deviceKey?: string | undefined
    /** of the meter's key, where it is made; secp256k1 if left out */
    readonly algorithm?: 'p256' | undefined
  },
): Effect.Effect<HomeFolder, BadInput | KeyFailure> =>
  Effect.gen(function* () {
    const file = join(folder, 'home.json')
    const key = (name: string) => join(folder, 'keys', name)
    const uri = (name: string) => pathToFileURL(key(name)).href
    const known = yield* rememberedIn(file)
    const home = yield* homeOf(folder, known?.home, wished.home)
    if (known !== null && !existsSync(key('account'))) {
      const detail = `${key('account')} is gone, the key of ${known.account}: put it back, a new one is another account`
      return yield* new BadInput({ detail })
    }
    const deviceUri = wished.deviceKey ?? known?.deviceKey ?? uri('device')
    if (known !== null && deviceUri !== (known.deviceKey ?? uri('device'))) {
      const detail = `--device-key ${deviceUri}: the meter of ${home} signs with ${known.deviceKey ?? uri('device')}`
      return yield* new BadInput({ detail })
    }
    const deviceKey = yield* known === null ? loadOrGenerateKey(deviceUri, wished.algorithm) : loadKey(deviceUri)
    const algorithms = wished.algorithm === undefined ? ['secp256k1', 'p256'] : [wished.algorithm]
    if (!algorithms.includes(deviceKey.algorithm)) {
      const detail = `${deviceUri} is a key of ${deviceKey.algorithm}; this meter's is to be one of ${algorithms.join(' or ')}`
      return yield* new BadInput({ detail })
    }
    const accountKey = yield* loadOrGenerateAccountKey(uri('account'))
    const account = addressOf(accountKey)
    if (known !== null && known.account !== account) {
      return yield* new BadInput({ detail: `${key('account')} is the key of ${account}, not of ${known.account}` })
    }
    if (known === null) {
      const elsewhere = wished.deviceKey === undefined ? {} : { deviceKey: wished.deviceKey }
      yield* Effect.sync(() => keep(file, { format: 1, home, account, ...elsewhere }))
    }
    return {
      home,
      deviceKey,
      accountKey,
      streamKeyUri: uri('stream'),
      dataFile: join(folder, 'outbox.sqlite'),
      forget: Effect.sync(() => known === null && rmSync(file, { force: true })),
    }
  })

/** Whose folder it is, or is to be. */
const homeOf = (
  folder: string,
  known: string | undefined,
  wished: string | undefined,
): Effect.Effect<string, BadInput> => {
  const refuse = (detail: string) => Effect.fail(new BadInput({ detail }))
  if (wished !== undefined && !isSlug(wished)) {
    return refuse(`--home ${wished}: 1 to 32 characters a–z, 0–9 and inner hyphens`)
  }
  if (known === undefined) {
    return wished === undefined ? refuse(`--home: name the home; ${folder} is nobody's yet`) : Effect.succeed(wished)
  }
  if (wished === undefined || wished === known) return Effect.succeed(known)
  return refuse(`--data ${folder}: is the home ${known}'s; give ${wished} its own`)
}

const rememberedIn = (file: string): Effect.Effect<typeof HomeFile.Type | null, BadInput> =>
  Effect.try({
    try: () => (existsSync(file) ? Schema.decodeUnknownSync(HomeFile)(textOf(file, FILE_BYTES_MAX)) : null),
    catch: (cause) => new BadInput({ detail: `${file}: ${(cause as Error).message}` }),
  })

/** There whole or not at all. */
function keep(file: string, value: unknown): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(value)}\n`)
  renameSync(`${file}.part`, file)
}
