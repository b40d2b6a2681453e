import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Lines of the vault's contracts that the tests in Solidity run through, of a hundred. */
const LEAST = 98
const TIMEOUT_MS = 3_000_000
const root = join(import.meta.dirname, '..', '..')
const covered = [
  'Vault.sol',
  'Ledger.sol',
  'Settlement.sol',
  'Intake.sol',
  'types/BatchDigest.sol',
  'types/Movements.sol',
  'types/MovementsCheck.sol',
  'types/Treasury.sol',
]

// It compiles everything once more, with counters in it: part of the long run only.
it.skipIf(process.env.COMMONWATT_TEST_COVERAGE === undefined)(
  `the tests in Solidity run through ${LEAST} % of the lines of each contract that holds money`,
  { timeout: TIMEOUT_MS },
  () => {
    const hardhat = join(root, 'node_modules/hardhat/dist/src/cli.js')
    const { status, stdout, stderr } = spawnSync(process.execPath, [hardhat, 'test', 'solidity', '--coverage'], {
      cwd: root,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    })
    expect(status, `${stdout}${stderr}`).toBe(0)
    const records = readFileSync(join(root, 'coverage', 'lcov.info'), 'utf8').split('end_of_record')
    const percent = (file: string) => {
      const record = records.find((text) => text.includes(`contracts/${file}\n`)) ?? ''
      const lines = [...record.matchAll(/^DA:\d+,(\d+)/gm)]
      return (100 * lines.filter(([, times]) => times !== '0').length) / lines.length
    }
    const below = covered.map((file) => [file, percent(file)] as const).filter(([, found]) => !(found >= LEAST))
    expect(below).toEqual([])
  },
)
