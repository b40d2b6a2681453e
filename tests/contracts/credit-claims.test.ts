import { bytesToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { BatchHeader, Credit } from '#contracts/chain/contract-types.ts'
import { headerHashOf, movementsHashOf, packState } from '#contracts/settlement/batch-digest.ts'
import { creditsTreeOf } from '#contracts/settlement/credits-tree.ts'
import { packMovements } from '#contracts/settlement/packed-movements.ts'
import { type StatementLeaf, statementsTreeOf } from '#contracts/settlement/statement-leaves.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import { addressOf, keccak, secp256k1Signer } from '#protocol/signing.ts'
import { type BareChain, type Deployed, onBareChain } from './bare-chain.ts'
import { type ConsentStreet, consentStreet } from './consent-street.ts'
import { zeroHash } from './deliveries.ts'
import { noTermsHash } from './no-terms.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

const SLOT_MS = 900_000
const WINDOW_MS = 3_600_000
const BUYERS = 40
const nobody: Hex = `0x${'0'.repeat(40)}`
const stranger = person(0xbad)
const buyers = Array.from({ length: BUYERS }, (_, i) => person(0x2000 + i))

/** What stands on the chain: the real contracts, and two homes of which the first has a registered meter. */
interface CreditStreet extends ConsentStreet {
  readonly credit: Deployed
  readonly certificate: Deployed
}

async function creditStreet(chain: BareChain): Promise<CreditStreet> {
  const street = await consentStreet(chain, 2)
  const { coin, settlement, vault, keys, neighbourhood, homes } = street
  const { operatorKey, chainId } = chain
  const operator = addressOf(operatorKey)
  await chain.send(operatorKey, settlement, 'link', [operator, keys.address])
  await chain.send(operatorKey, vault, 'postBond', [neighbourhood, 10n ** 9n])
  const terms = {
    bondMicroEur: 50_000_000n,
    makerBondMicroEur: 10n ** 9n,
    vettingSeconds: 7 * 86_400,
    vettingCapWhPerSlot: 1_500,
    thawSeconds: 7 * 86_400,
    disputeWindowSeconds: 3_600,
    slotSeconds: 900,
  }
  const registry = await chain.deploy('DeviceRegistry', [coin.address, settlement.address, operator, terms])
  await chain.send(operatorKey, coin, 'approve', [registry.address, 10n ** 15n])
  const [first] = homes
  if (first === undefined) throw new Error('a street has homes')
  const { join, ownerSignature, deviceSignature } = signDeviceJoin({
    domain: { name: 'Commonwatt', version: '1', chainId, verifyingContract: settlement.address },
    neighbourhood: 'lime-street',
    deviceId: 'meter-1',
    owner: secp256k1Signer(first.key),
    device: secp256k1Signer(person(0x77).key),
    p256Verifier: nobody,
    deadline: Math.floor(chain.clock.timeMs / 1000) + 60,
  })
  const request = { ...join, nonce: BigInt(join.nonce), deadline: BigInt(join.deadline) }
  await chain.send(operatorKey, registry, 'join', [request, ownerSignature, deviceSignature])
  const credit = await chain.deploy('EnergyCredit', [settlement.address, registry.address])
  const certificate = await chain.deploy('GreenCertificate', [credit.address])
  return { ...street, credit, certificate }
}

/** A batch of the running slot in which both homes fed in and sold to all buyers, and how to settle and claim it. */
function batchIn({ chain, settlement, vault, neighbourhood, homes }: CreditStreet) {
  const slot = Math.floor(chain.clock.timeMs / SLOT_MS)
  const leaves: StatementLeaf[] = homes.map(({ account }, i) => ({
    ...{ account, slot, importWh: 0, exportWh: 100 * BUYERS, isEstimated: false, earnsCredit: true },
    ...{ deviceName: keccak(`meter-${i + 1}`), structHash: zeroHash, signatureHash: zeroHash },
  }))
  leaves.sort((a, b) => (a.account < b.account ? -1 : 1))
  const statements = statementsTreeOf(leaves)
  const credits: Credit[] = homes.flatMap(({ account: source }) =>
    buyers.map(({ account }) => ({ account, source, slot, amountWh: 100 })),
  )
  const { root: creditsRoot, proofs } = creditsTreeOf(credits)
  const claims = credits.map((credit, i) => ({ ...credit, proof: proofs[i] ?? [] }))
  const header: BatchHeader = {
    ...{ neighbourhood, number: 1, firstSlot: slot, lastSlot: slot, statementsRoot: statements.root, creditsRoot },
    ...{ tradesRoot: zeroHash, billsRoot: zeroHash, termsHash: noTermsHash, logHead: zeroHash, archiveHash: zeroHash },
    tradedWh: 2 * 100 * BUYERS,
  }
  const headerOnChain = {
    ...header,
    ...{ number: 1n, firstSlot: BigInt(slot), lastSlot: BigInt(slot), tradedWh: BigInt(header.tradedWh) },
  }
  const none = { supplierMicroEur: 0, gridMicroEur: 0, fundMicroEur: 0 }
  const { bytes } = packMovements([], none, () => 0)
  const [headerHash, movementsHash] = [headerHashOf(header), movementsHashOf([bytes])]
  const state = () => ({
    closesAt: proposedAt + WINDOW_MS / 1000,
    debitMicroEur: 0,
    openDemands: 0,
    isLengthened: false,
  })
  let proposedAt = 0
  const claimArgs = (account: Hex, count = BUYERS) => {
    const index = leaves.findIndex((leaf) => leaf.account === account)
    const leaf = leaves[index]
    if (leaf === undefined) throw new Error('a home has a statement')
    const statement = { ...leaf, slot: BigInt(slot), importWh: 0n, exportWh: BigInt(leaf.exportWh) }
    const source = { statement, index, count: leaves.length, siblings: statements.proofAt(index) }
    const ofSource = claims.filter((claim) => claim.source === account).slice(0, count)
    const shares = ofSource.map(({ account: buyer, amountWh, proof }) => ({ account: buyer, amountWh, proof }))
    const ref = { neighbourhood, number: 1n, headerHash, movementsHash, state: { ...state(), debitMicroEur: 0n } }
    return [ref, headerOnChain, source, shares] as const
  }
  return {
    slot,
    claimArgs,
    propose: async () => {
      chain.clock.pass(2 * SLOT_MS)
      proposedAt = Math.floor(chain.clock.timeMs / 1000)
      await chain.send(chain.operatorKey, settlement, 'propose', [headerOnChain, movementsHash, 0n])
    },
    apply: async () => {
      chain.clock.pass(WINDOW_MS)
      const args = [neighbourhood, 1n, headerHash, packState(state()), bytesToHex(bytes)]
      await chain.send(stranger.key, vault, 'applyBatch', args)
    },
  }
}

describe('energy credits of a batch that was really settled', () => {
  it(
    'are claimed once it is final, for what a registered device attests, and become certificates',
    onBareChain(async (chain) => {
      const street = await creditStreet(chain)
      const { credit, certificate, neighbourhood, homes } = street
      const [home, unregistered] = homes
      const [buyer] = buyers
      if (home === undefined || unregistered === undefined || buyer === undefined) throw new Error('a street has homes')
      const batch = batchIn(street)
      const refusal = (account: Hex) => chain.refusal(stranger.key, credit, 'claim', batch.claimArgs(account))
      await batch.propose()
      expect(await refusal(home.account)).toBe(`BatchNotFinal(${neighbourhood}, 1)`)
      await batch.apply()
      expect(await refusal(unregistered.account)).toMatch(/^DeviceNotInService\(/)
      await chain.send(stranger.key, credit, 'claim', batch.claimArgs(home.account))
      const origin = [neighbourhood, BigInt(batch.slot), home.account]
      const id = await chain.read<bigint>(credit, 'idOf', origin)
      expect(await chain.read(credit, 'mintedWhOf', [id])).toBe(BigInt(100 * BUYERS))
      expect(await refusal(home.account)).toMatch(/^AlreadyClaimed\(/)

      await chain.send(buyer.key, credit, 'setOperator', [certificate.address, true])
      const of = { neighbourhood, slot: BigInt(batch.slot), source: home.account }
      const issued = await chain.send(buyer.key, certificate, 'issue', [buyer.account, of, 60n, '0x'])
      const topic = await chain.read<bigint>(certificate, 'claimTopic', [])
      const events = issued.events.map(({ eventName, args }) => ({ eventName, ...args }))
      expect(events).toContainEqual({ eventName: 'IssuanceSingle', issuer: expect.anything(), topic, id, value: 60n })
      const claim = [buyer.account, buyer.account, id, 25n, '0x', '0xc0ffee']
      const claimed = await chain.send(buyer.key, certificate, 'safeTransferAndClaimFrom', claim)
      expect(claimed.events.map(({ eventName, args }) => ({ eventName, ...args }))).toContainEqual({
        ...{ eventName: 'ClaimSingle', topic, id, value: 25n, claimData: '0xc0ffee' },
        ...{ claimIssuer: expect.anything(), claimSubject: expect.anything() },
      })
      expect(await chain.read(certificate, 'balanceOf', [buyer.account, id])).toBe(35n)
      expect(await chain.read(certificate, 'claimedBalanceOf', [buyer.account, id])).toBe(25n)
    }),
  )

  it.for([
    [1, 175_000],
    [10, 720_000],
    [40, 2_550_000],
  ] as const)('cost for %i buyers of one source less than %i gas', ([count, gasMax]) =>
    onBareChain(async (chain) => {
      const street = await creditStreet(chain)
      const [home] = street.homes
      if (home === undefined) throw new Error('a street has homes')
      const batch = batchIn(street)
      await batch.propose()
      await batch.apply()
      const { gasUsed } = await chain.send(stranger.key, street.credit, 'claim', batch.claimArgs(home.account, count))
      console.log(`${count} credits of one source: ${gasUsed} gas`)
      expect(gasUsed).toBeLessThan(gasMax)
    })(),
  )
})
