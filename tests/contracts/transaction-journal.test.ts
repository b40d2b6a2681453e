import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { TransactionJournal } from '#contracts/chain/transactions/transaction-journal.ts'
import { bytesOfHex } from '#protocol/hex.ts'
import { keccak } from '#protocol/signing.ts'
import { home } from './deliveries.ts'

type Hex = `0x${string}`

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-transaction-journal-'))
const chain = { chainId: 31_337, genesis: keccak('block 0') }
const spelling = (raw: Hex) => ({ raw, hash: keccak(bytesOfHex(raw)) })
const spellings = [spelling('0x02aa'), spelling('0x02bb')]

afterAll(() => rmSync(folder, { recursive: true }))

it('whenever the process ends, a transaction that was in a block has all its spellings', async () => {
  const path = join(folder, 'transactions.ndjson')
  const journal = await TransactionJournal.at(path, chain)
  const wish = { account: home(1), nonce: 0, operation: 'Vault.deposit', call: keccak('deposit') }
  for (const one of spellings) await journal.sign(wish, one)
  await journal.end({ ...wish, signed: spellings }, 'mined')
  const mined = readFileSync(path, 'utf8')
  await journal.reopen({ ...wish, signed: spellings })
  expect(journal.openOf(home(1))).toEqual([{ ...wish, signed: spellings }])
  expect(journal.minedOf(home(1))).toEqual([])

  const text = readFileSync(path, 'utf8')
  let places = ''
  for (let length = mined.length; length <= text.length; length++) {
    writeFileSync(path, text.slice(0, length))
    const again = await TransactionJournal.at(path, chain)
    const [open, held] = [again.openOf(home(1)), again.minedOf(home(1))]
    expect([...open, ...held]).toEqual([{ ...wish, signed: spellings }])
    places += open.length
  }
  expect(places).toMatch(/^0+1$/)
})
