import type { SettledTrade } from '#contracts/settlement/legs.ts'
import type { Terms } from '#contracts/settlement/terms.ts'
import { deviceKeyOf, signDeviceJoin } from '#protocol/device-join.ts'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import type { Order } from '#protocol/order.ts'
import { p256Signer } from '#protocol/p256.ts'
import type { Signer } from '#protocol/signer.ts'
import { keccak, secp256k1Signer, sign, signWith } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { zeroHash } from './deliveries.ts'
import { type DisputeChain, GENESIS, guardian, openDisputeChain, operator, SLOT_SECONDS } from './dispute-chain.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

const NAME = 'lime-street'
export const neighbourhood = keccak(NAME)
/** What the batches of these tests settle. */
export const [FIRST_SLOT, LAST_SLOT] = [2_000_002, 2_000_003]
/** When trades are made unless said otherwise, Unix seconds: well before the first slot. */
export const TRADED_AT = GENESIS + 1_000
const COUNTERPARTIES = [person(0x51), person(0x52), person(0x53)].map(({ account }) => account)

export interface Home {
  readonly key: Hex
  readonly account: Hex
  readonly deviceId: string
  readonly device: Signer
}

/** Four homes by account, ascending; every other device has a P-256 key. */
export const homes: readonly Home[] = [1, 2, 3, 4]
  .map((n) => {
    const deviceKey = person(0x500 + n).key
    const device = n % 2 === 0 ? p256Signer(deviceKey) : secp256k1Signer(deviceKey)
    return { ...person(0x100 + n), deviceId: `meter-${n}`, device }
  })
  .sort((a, b) => (a.account < b.account ? -1 : 1))

/** A home by its place in the street. */
export const homeAt = (n: number): Home => homes[n] as Home

/** What its bills follow. */
export const terms: Terms = {
  retailMilliEurPerMWh: 320_001,
  feedInMilliEurPerMWh: 80_003,
  localChargeMilliEurPerMWh: 110_777,
  protocolFeeBp: 25,
}

/** A street of four homes with 100 EUR and a device each, before its first batch, and its operator's bond of 500 EUR. */
export async function openDisputeStreet(billTerms = terms) {
  const chain = await openDisputeChain()
  const p256Verifier = (await chain.ask<Hex>('DeviceRegistry', 'p256Verifier')).toLowerCase() as Hex
  const most = 2n ** 256n - 1n
  for (const { key, account } of [operator, ...homes]) {
    await chain.send(operator.key, 'TestEURC', 'mint', [account, 2_000_000_000n])
    for (const spender of ['Vault', 'DeviceRegistry', 'Disputes'] as const) {
      await chain.send(key, 'TestEURC', 'approve', [chain.at(spender), most])
    }
  }
  const [supplier, grid, fund] = COUNTERPARTIES
  const terms = { operator: operator.account, supplier, grid, fund, slotSeconds: SLOT_SECONDS, slotsAhead: 96 }
  await chain.send(operator.key, 'Settlement', 'openNeighbourhood', [neighbourhood, terms, billTerms])
  await chain.send(operator.key, 'Vault', 'postBond', [neighbourhood, 500_000_000n])
  for (const home of homes) {
    await chain.send(home.key, 'Vault', 'deposit', [neighbourhood, home.account, 100_000_000n])
    await join(chain, home, p256Verifier)
  }
  return { ...chain, p256Verifier }
}

export type DisputeStreet = Awaited<ReturnType<typeof openDisputeStreet>>

/** Registers a home's device. */
async function join(chain: DisputeChain, { key, deviceId, device }: Home, p256Verifier: Hex, nonce = 0) {
  const owner = secp256k1Signer(key)
  const request = { domain: chain.domain, neighbourhood: NAME, deviceId, owner, device, p256Verifier, nonce }
  const signed = signDeviceJoin({ ...request, deadline: 2 * GENESIS })
  const { join, ownerSignature, deviceSignature } = signed
  await chain.send(operator.key, 'DeviceRegistry', 'join', [join, ownerSignature, deviceSignature])
}

/** The guardian takes a home's device out of service, for a day. */
export const suspend = async (chain: DisputeStreet, { account, deviceId }: Home) => {
  const device = await chain.ask('DeviceRegistry', 'deviceOf', [neighbourhood, keccak(deviceId), account])
  const until = (await chain.seconds()) + 86_400
  await chain.send(guardian.key, 'DeviceRegistry', 'suspend', [device, until])
}

let nonce = 0

/** A home's signed order: for 2,000 Wh of the first slot at up to 4,000 or from −500 EUR/MWh unless said otherwise. */
export function order(
  domain: SigningDomain,
  home: Home,
  side: Order['side'],
  over: Partial<Order> = {},
  privateKey: Hex = home.key,
): SignedOrder {
  nonce += 1
  const body: Order = {
    ...{ account: home.account, neighbourhood: NAME, slot: FIRST_SLOT, side, type: 'limit', energyWh: 2_000 },
    ...{ priceEurPerMWh: side === 'buy' ? 4_000 : -500, timeInForce: 'GTC', expiresAtMs: 0, postOnly: false },
    ...{ selfTradePrevention: 'none', replaces: 0, nonce, ...over },
  }
  return sign({ domain, kind: 'order', body, privateKey })
}

/** A trade between two orders, of their slot. */
export function traded(
  n: number,
  sellOrder: SignedOrder,
  buyOrder: SignedOrder,
  terms: { readonly priceEurPerMWh: number; readonly energyWh: number; readonly tradedAtMs?: number },
): SettledTrade {
  const { tradedAtMs = TRADED_AT * 1_000, ...rest } = terms
  const { slot, account: seller } = sellOrder.body
  const { account: buyer } = buyOrder.body
  const ids = { id: `${slot}.${n}`, slot, buyer, seller, buyOrderId: zeroHash, sellOrderId: zeroHash }
  return { trade: { ...ids, makerSide: 'sell', ...rest }, tradedAtMs, buyOrder, sellOrder }
}

/** A home's statement, signed by its device; an estimate, by the operator. */
export function metered(
  domain: SigningDomain,
  home: Home,
  over: Partial<Statement> & { readonly slot: number },
  signer?: Signer,
): SignedStatement {
  const body: Statement = {
    ...{ deviceId: home.deviceId, account: home.account, neighbourhood: NAME, importWh: 0, exportWh: 0 },
    ...{ firstSequence: 1, lastSequence: 9, chainHead: keccak('head'), quality: 0, estimated: false, ...over },
  }
  const by = signer ?? (body.estimated ? secp256k1Signer(operator.key) : home.device)
  return signWith({ domain, kind: 'statement', body, signer: by })
}

/** A signature as a leaf has the hash of it. */
export const revealed = (envelope: SignedOrder | SignedStatement, p256Verifier: Hex) => ({
  signer: deviceKeyOf(envelope, p256Verifier),
  signature: envelope.signature,
})

/** An order as the contracts take it. */
export const orderMessage = ({ body: { type, ...rest } }: SignedOrder) => ({ ...rest, orderType: type })
