import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Schema } from 'effect'
import { AttachDevice } from '#protocol/attach.ts'
import { Slug } from '#protocol/ids.ts'
import { textOf } from '../text-file.ts'

const FILE_BYTES_MAX = 65_536
const ENDING = '.json'

const AttachedFile = Schema.fromJsonString(
  Schema.Struct({ format: Schema.Literal(1), home: Slug, device: AttachDevice }),
)
const isSlug = Schema.is(Slug)

/** What a folder says of a home that was attached: its device, or why the file cannot be used. */
export interface AttachedHome {
  readonly home: string
  readonly device: AttachDevice | { readonly unusable: string }
}

/** All homes that were attached in a folder. */
export function readAttached(folder: string): readonly AttachedHome[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return readdirSync(folder)
    .filter((name) => name.endsWith(ENDING) && isSlug(name.slice(0, -ENDING.length)))
    .sort()
    .map((name) => ({ home: name.slice(0, -ENDING.length), device: deviceIn(join(folder, name)) }))
}

function deviceIn(file: string): AttachedHome['device'] {
  try {
    return Schema.decodeUnknownSync(AttachedFile)(textOf(file, FILE_BYTES_MAX)).device
  } catch (cause) {
    return { unusable: `${file}: ${(cause as Error).message}` }
  }
}

/** Notes that a home was attached: durably, there whole or not at all, and for its owner alone. */
export function keepAttached(
  folder: string,
  { home, device }: { readonly home: string; readonly device: AttachDevice },
) {
  const file = join(folder, `${home}${ENDING}`)
  const text = `${JSON.stringify({ format: 1, home, device })}\n`
  writeFileSync(`${file}.part`, text, { mode: 0o600, flush: true })
  renameSync(`${file}.part`, file)
}

/** Forgets that a home was attached; its keys and its outbox stay in its folder. */
export function forgetAttached(folder: string, home: string): void {
  rmSync(join(folder, `${home}${ENDING}`), { force: true })
}
