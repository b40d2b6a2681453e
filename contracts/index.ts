export { measureSettlement, SETTLEMENT_SIZES, type SettlementFigures } from './bench/measure-settlement.ts'
export { type ChainClient, connectChain } from './chain/chain-client.ts'
export { ChainFailure } from './chain/chain-failure.ts'
export { type ChainReader, type CreditEvent, connectChainReader, type VaultEvent } from './chain/chain-reader.ts'
export type { Addresses, ChainBatch } from './chain/contract-types.ts'
export { type Deployment, deploy } from './chain/deploy.ts'
export { connectDeviceRegistry, type DeviceRegistry } from './chain/device-registry.ts'
export { connectDeviceRegistryReader, type DeviceRegistryReader } from './chain/device-registry-reader.ts'
export { JOURNAL_FILE } from './chain/journal.ts'
export { forgetLocalChain, type LocalChain, localChainTimeMs, startLocalChain } from './chain/local-chain.ts'
export { makeTurns } from './chain/turns.ts'
export { creditIdOf } from './chain/viem.ts'
export {
  type BatchTerms,
  type BuiltBatch,
  buildBatch,
  type Counterparties,
  neighbourhoodIdOf,
} from './settlement/batch.ts'
export { headerHashOf, movementsHashOf } from './settlement/batch-digest.ts'
export { creditsOf } from './settlement/credits.ts'
export { type Delivery, recordsOf } from './settlement/delivery.ts'
export { type FundsFeed, makeFundsFeed } from './settlement/funds-feed.ts'
export { isLegUnder, type LegProof, legProofsOf } from './settlement/leg-proof.ts'
export { type NettedSlot, netMicroEur, netSlot, type SlotBill } from './settlement/netting.ts'
export { packMovements } from './settlement/packed-movements.ts'
export { packBatch, partInOrder } from './settlement/post-batch.ts'
export { deliveriesOf, emptySettlementBook, foldEvent, type SettlementBook } from './settlement/settlement-book.ts'
export { makeSettler, type SettlementEvent, type Settler } from './settlement/settler.ts'
export { VaultLedger } from './settlement/vault-ledger.ts'
