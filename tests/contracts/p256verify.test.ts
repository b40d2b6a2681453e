import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import { run, testChain } from './on-chain.ts'

/** EIP-7951: hash, r, s, x, y of 32 bytes each; the answer is 1, or empty. */
const P256VERIFY = '0x0000000000000000000000000000000000000100'

describe('a statement signed by P-256', () => {
  it('can be checked on the chain: its signature is over the digest itself', () =>
    run(
      Effect.gen(function* () {
        const { chain } = yield* testChain()
        const key = keyOfText(newKeyText('p256'))
        const digest = `0x${'5d'.repeat(32)}` as const
        const signature = key.signDigest(digest)
        const answerTo = (parts: readonly `0x${string}`[]) =>
          Effect.promise(async () => {
            const data = `0x${parts.map((part) => part.slice(2)).join('')}`
            const params = [{ to: P256VERIFY, data }, 'latest']
            const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params })
            return ((await (await fetch(chain.rpcUrl, { method: 'POST', body })).json()) as { result: string }).result
          })
        expect(yield* answerTo([digest, signature, key.signer])).toBe(`0x${'1'.padStart(64, '0')}`)
        expect(yield* answerTo([`0x${'5e'.repeat(32)}`, signature, key.signer])).toBe('0x')
      }),
    ))
})
