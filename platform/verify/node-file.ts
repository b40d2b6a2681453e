import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Result, Schema, type Scope } from 'effect'
import type { Counterparties } from '#contracts/index.ts'
import { Address, Count, Slug } from '#protocol/ids.ts'
import { BadInput } from '../bad-input.ts'

/** What a data folder says of its node, so that it can be verified while it runs and after: `node.json`. */
export const NodeFile = Schema.Struct({
  format: Schema.Literal(3),
  neighbourhood: Slug,
  /** where its chain answers; null once a local one was stopped */
  rpcUrl: Schema.NullOr(Schema.String),
  /** `local`: the chain's journal is in the folder */
  chain: Schema.Literals(['local', 'remote']),
  addresses: Schema.Struct({
    eurc: Address,
    vault: Address,
    settlement: Address,
    energyCredit: Address,
    greenCertificate: Address,
    consentKeys: Address,
    deviceRegistry: Address,
    tradingKeys: Address,
    disputes: Address,
    legProofs: Address,
    orderProofs: Address,
    statementProofs: Address,
    billProofs: Address,
    p256Verifier: Address,
    sinceBlock: Schema.optionalKey(Count),
  }),
  /** who stands opposite the homes in every batch */
  supplier: Address,
  grid: Address,
  fund: Address,
})
export type NodeFile = typeof NodeFile.Type

/** Who stands opposite the homes. */
export function counterpartiesOf({ supplier, grid, fund }: NodeFile): Counterparties {
  return { supplier, grid, fund }
}

const NODE_FILE = 'node.json'

/** Says what runs on a folder for as long as the scope is open, and then where a stopped local chain is: nowhere. */
export const keepNodeFile = (folder: string, node: NodeFile): Effect.Effect<void, never, Scope.Scope> => {
  const write = (now: NodeFile) =>
    Effect.sync(() => {
      const file = join(folder, NODE_FILE)
      writeFileSync(`${file}.part`, `${JSON.stringify(now, null, 2)}\n`)
      renameSync(`${file}.part`, file)
    })
  const stopped: NodeFile = node.chain === 'local' ? { ...node, rpcUrl: null } : node
  return Effect.acquireRelease(write(node), () => write(stopped))
}

const decode = Schema.decodeUnknownResult(NodeFile, { onExcessProperty: 'error' })

/** What a folder says of its node. Fails with BadInput if it never held one, or the file is damaged. */
export const readNodeFile = (folder: string): Effect.Effect<NodeFile, BadInput> =>
  Effect.suspend(() => {
    const file = join(folder, NODE_FILE)
    if (!existsSync(file)) {
      return new BadInput({ detail: `--data ${folder}: holds no ${NODE_FILE}; name a folder that 'start' kept` })
    }
    const given = parsed(readFileSync(file, 'utf8'))
    if (isRecord(given) && (given.format === 1 || given.format === 2)) {
      const detail = `${file} is of an earlier version, whose contracts and archives were others; its log can be replayed, not verified`
      return new BadInput({ detail })
    }
    const decoded = decode(given)
    return Result.isSuccess(decoded)
      ? Effect.succeed(decoded.success)
      : new BadInput({ detail: `${file} is damaged: ${decoded.failure.message}` })
  })

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
