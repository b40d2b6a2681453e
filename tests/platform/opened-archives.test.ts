import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildBatch } from '#contracts/index.ts'
import { OpenedArchives } from '#platform/verify/opened-archives.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { publicKeyOf } from '#protocol/secp256k1.ts'
import { batchTerms, delivered, statement, terms, zeroHash } from '../contracts/deliveries.ts'
import { person } from '../contracts/on-chain.ts'

const [anna, ben, node] = [person(0xa1), person(0xa2), person(0xa3)]

it('fails where a line that is a home’s own is sealed off from it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-opened-archives-'))
  mkdirSync(join(folder, 'archive'))
  const statements = [anna, ben].map(({ account }) => statement({ slot: 10, account, importWh: 100 }))
  const deliveries = [delivered({ slot: 10, trades: [], statements })]
  const sealedTo = (...homes: readonly (typeof anna)[]) => {
    const publicKeys = new Map(homes.map(({ key, account }) => [account, hexOfBytes(publicKeyOf(key))]))
    const settled = { neighbourhood: 'lime-street', number: 1, deliveries, logHead: zeroHash }
    const built = buildBatch(settled, { ...batchTerms(terms), archive: { key: node.key, publicKeys } })
    writeFileSync(join(folder, 'archive', `${built.header.archiveHash}.json`), built.archive ?? '')
    return built
  }
  const opened = new OpenedArchives(folder, anna.key)
  opened.take(sealedTo(anna, ben))
  expect(opened.end()).toMatchObject({ account: anna.account, lines: 4, opened: 2 })
  expect(() => opened.take(sealedTo(ben))).toThrow(/line 0: expected a line that opens to 0x\w+, whose it is/)
  rmSync(folder, { recursive: true })
})
