import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Abi } from 'viem'
import { expect, it } from 'vitest'

const here = import.meta.dirname
const interfaces = join(here, '..', '..', 'artifacts', 'contracts', 'interfaces')

it.for(['IVault', 'ISettlement'])('every refusal of %s is reached by a test that says it in full', (name) => {
  const { abi } = JSON.parse(readFileSync(join(interfaces, `${name}.sol`, `${name}.json`), 'utf8')) as { abi: Abi }
  const tests = readdirSync(here)
    .filter((file) => /^(vault|settlement|attacks).*\.test\.ts$/.test(file))
    .map((file) => readFileSync(join(here, file), 'utf8'))
    .join('\n')
  const errors = abi.filter((item) => item.type === 'error').map((error) => error.name)
  expect(errors.length).toBeGreaterThan(10)
  expect(errors.filter((error) => !new RegExp(`['"\`]${error}\\(`).test(tests))).toEqual([])
})
