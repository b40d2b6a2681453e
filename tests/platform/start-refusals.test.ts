import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { commonwatt } from '../line/command-line.ts'

const LONG_MS = 60_000

/** A port that another program has while `use` runs. */
const takenPort = async (use: (port: number) => Promise<void>) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  await use(typeof address === 'object' && address !== null ? address.port : 0)
  await new Promise((resolve) => other.close(resolve))
}

describe('start refuses at once', () => {
  it(
    'a port that another program has: which, and what to do',
    () =>
      takenPort(async (port) => {
        const { code, stdout, stderr } = await commonwatt(['start', '--homes', '1', '--port', String(port)])
        expect([code, stdout]).toEqual([2, ''])
        expect(stderr).toContain(`--port ${port}: another program has it; name another one`)
      }),
    LONG_MS,
  )

  it.each([[['start']], [['verify', 'audit', '--data', '.']]])(
    'a chain that has no address: %j --rpc foo',
    async (command) => {
      const { code, stdout, stderr } = await commonwatt([...command, '--rpc', 'foo'])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain('is no http:// or https:// address, such as http://127.0.0.1:8545')
    },
    LONG_MS,
  )
})
