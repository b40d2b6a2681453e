import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Schema } from 'effect'
import {
  type Key,
  type KeyFailure,
  loadOrGenerateAccountKey,
  loadOrGenerateKey,
  type PrivateKey,
} from '#meter-agent/index.ts'
import { Address, Slug } from '#protocol/ids.ts'
import { addressOf } from '#protocol/viem.ts'
import { BadInput } from './bad-input.ts'

/** The keys that a home signs with. */
export interface HomeKeys {
  readonly deviceKey: Key
  readonly accountKey: PrivateKey
}

const HomeFile = Schema.fromJsonString(Schema.Struct({ format: Schema.Literal(1), home: Slug, account: Address }))

/**
 * The keys in a home's folder, made where the home is new. The folder remembers whose it is: another home's, or one
 * whose account key has gone, is refused with BadInput, because a new key in its place would be another account.
 */
export const openHomeFolder = (
  folder: string,
  home: string,
): Effect.Effect<HomeKeys & { readonly dataFile: string; readonly streamKeyUri: string }, BadInput | KeyFailure> =>
  Effect.gen(function* () {
    const file = join(folder, 'home.json')
    const key = (name: string) => join(folder, 'keys', name)
    const known = yield* rememberedIn(file)
    if (known !== null && known.home !== home) {
      return yield* new BadInput({ detail: `--data ${folder}: is the home ${known.home}'s; give ${home} its own` })
    }
    if (known !== null && !existsSync(key('account'))) {
      const detail = `${key('account')} is gone, the key of ${known.account}: put it back, a new one is another account`
      return yield* new BadInput({ detail })
    }
    const uri = (name: string) => pathToFileURL(key(name)).href
    const keys = {
      deviceKey: yield* loadOrGenerateKey(uri('device')),
      accountKey: yield* loadOrGenerateAccountKey(uri('account')),
    }
    const account = addressOf(keys.accountKey)
    if (known !== null && known.account !== account) {
      return yield* new BadInput({ detail: `${key('account')} is the key of ${account}, not of ${known.account}` })
    }
    if (known === null) yield* Effect.sync(() => keep(file, { format: 1, home, account }))
    return { ...keys, streamKeyUri: uri('stream'), dataFile: join(folder, 'outbox.sqlite') }
  })

const rememberedIn = (file: string): Effect.Effect<typeof HomeFile.Type | null, BadInput> =>
  Effect.try({
    try: () => (existsSync(file) ? Schema.decodeUnknownSync(HomeFile)(readFileSync(file, 'utf8')) : null),
    catch: (cause) => new BadInput({ detail: `${file}: ${(cause as Error).message}` }),
  })

/** There whole or not at all. */
function keep(file: string, value: unknown): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(value)}\n`)
  renameSync(`${file}.part`, file)
}
