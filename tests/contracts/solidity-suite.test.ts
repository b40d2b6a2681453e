import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const TIMEOUT_MS = 3_000_000
it('passes the tests in Solidity: examples, fuzzed ones and invariants', { timeout: TIMEOUT_MS }, () => {
  const hardhat = join(root, 'node_modules/hardhat/dist/src/cli.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [hardhat, 'test', 'solidity'], {
    cwd: root,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  const said = stdout.slice(stdout.indexOf('Running Solidity tests'))
  expect(status, `${said}${stderr}`).toBe(0)
  expect(said).toMatch(/\b[1-9]\d* passing/)
})
