import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { termsHashOf } from '#contracts/index.ts'
import { zeroHash } from './deliveries.ts'
import { expectRefused } from './expect-refused.ts'
import { noTerms, noTermsHash } from './no-terms.ts'
import { rawPart } from './raw-part.ts'
import { cast, ELM, EUR, GENESIS, LIME, VaultChain } from './vault-chain.ts'

const WINDOW = 3_600
const DAY = 86_400
const SLOT = 900
const none = [rawPart([])]
const dearer = { ...noTerms, retailMilliEurPerMWh: 350_000 }
const dearest = { ...noTerms, retailMilliEurPerMWh: 400_000 }
/** A week and the 96 slots behind the running one, from the genesis on. */
const EARLIEST = (GENESIS + 7 * DAY) / SLOT + 97

let chain: VaultChain
beforeEach(async () => {
  chain = await VaultChain.open({ windowSeconds: WINDOW })
  await chain.openNeighbourhood({ bond: 1_000 * EUR })
})
afterEach(() => chain.close())

const announce = (terms: object, fromSlot: number, from = cast.operator) =>
  chain.send(from, 'settlement', 'announceTerms', [LIME, terms, fromSlot])
const agreedAt = (slot: number) => chain.read('settlement', 'termsHashAt', [LIME, slot])
const propose = (firstSlot: number, lastSlot: number, termsHash: `0x${string}`) => () =>
  chain.propose(none, { header: { firstSlot, lastSlot, termsHash } })
const passBeyond = (slot: number) => chain.pass((slot + 1) * SLOT - chain.now)
const apply = async (batch: Awaited<ReturnType<VaultChain['propose']>>) => {
  chain.pass(WINDOW)
  await chain.apply(batch)
}

describe('the terms of a neighbourhood', () => {
  it('are those it was opened with: a batch of others is refused', async () => {
    expect(await agreedAt(1)).toBe(noTermsHash)
    expect(await chain.read('settlement', 'termsHashAt', [ELM, 1])).toBe(zeroHash)
    for (const other of [zeroHash, termsHashOf(dearer)]) {
      await expectRefused(chain, propose(1, 2, other), `OtherTerms(${other}, ${noTermsHash})`)
    }
    await propose(1, 2, noTermsHash)()
  })

  it('change by their operator alone, a week and all open slots ahead', async () => {
    await expectRefused(
      chain,
      () => announce(dearer, EARLIEST, cast.otherOperator),
      `NotOperator(${cast.otherOperator})`,
    )
    await expectRefused(chain, () => announce(dearer, EARLIEST - 1), `TermsTooSoon(${EARLIEST - 1}, ${EARLIEST})`)
    await announce(dearer, EARLIEST)
    expect(await agreedAt(EARLIEST - 1)).toBe(noTermsHash)
    expect(await agreedAt(EARLIEST)).toBe(termsHashOf(dearer))
  })

  it('hold for whole batches: the old ones up to a slot, the new ones from it on, also after a fall', async () => {
    const [before, after] = [noTermsHash, termsHashOf(dearer)]
    await announce(dearer, EARLIEST)
    passBeyond(EARLIEST + 2)
    await expectRefused(chain, propose(EARLIEST - 1, EARLIEST, before), `AcrossTerms(${EARLIEST})`)
    await expectRefused(chain, propose(EARLIEST - 1, EARLIEST, after), `AcrossTerms(${EARLIEST})`)
    await expectRefused(chain, propose(1, EARLIEST - 1, after), `OtherTerms(${after}, ${before})`)
    const old = await propose(1, EARLIEST - 1, before)()
    await expectRefused(chain, propose(EARLIEST, EARLIEST, before), `OtherTerms(${before}, ${after})`)
    await propose(EARLIEST, EARLIEST, after)()
    await chain.send(cast.disputes, 'settlement', 'fall', [old.ref, cast.stranger])
    await expectRefused(chain, propose(1, EARLIEST - 1, after), `OtherTerms(${after}, ${before})`)
    await propose(1, EARLIEST - 1, before)()
    await propose(EARLIEST, EARLIEST + 1, after)()
  })

  it('change once more when a batch of the last change is final', async () => {
    await announce(dearer, EARLIEST)
    const again = 2 * EARLIEST
    await expectRefused(chain, () => announce(dearest, again), `TermsAlreadyAnnounced(${EARLIEST})`)
    passBeyond(EARLIEST)
    await apply(await propose(1, EARLIEST - 1, noTermsHash)())
    const second = await propose(EARLIEST, EARLIEST, termsHashOf(dearer))()
    await expectRefused(chain, () => announce(dearest, again), `TermsAlreadyAnnounced(${EARLIEST})`)
    await apply(second)
    await announce(dearest, again)
    expect(await agreedAt(again - 1)).toBe(termsHashOf(dearer))
    expect(await agreedAt(again)).toBe(termsHashOf(dearest))
    await propose(EARLIEST + 1, EARLIEST + 1, termsHashOf(dearer))()
  })
})
