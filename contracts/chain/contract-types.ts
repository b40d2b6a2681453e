type Hex = `0x${string}`

/** Where the contracts of a deployment are. */
export interface Addresses {
  readonly eurc: Hex
  readonly vault: Hex
  readonly settlement: Hex
  readonly energyCredit: Hex
  readonly greenCertificate: Hex
  readonly consentKeys: Hex
  readonly deviceRegistry: Hex
  readonly tradingKeys: Hex
  readonly disputes: Hex
  readonly legProofs: Hex
  readonly orderProofs: Hex
  readonly statementProofs: Hex
  readonly billProofs: Hex
  /** what P-256 keys begin with on chain (ERC-7913) */
  readonly p256Verifier: Hex
  /** nothing of theirs is in an earlier block; 0 if left out */
  readonly sinceBlock?: number
}

/** What a batch does to one home: money in µEUR, + received; energy sold − bought, in Wh. */
export interface Movement {
  readonly account: Hex
  readonly moneyMicroEur: number
  readonly positionWh: number
}

/** What a batch stands for: `types/BatchHeader.sol`. `neighbourhood` is the keccak256 of the name. */
export interface BatchHeader {
  readonly neighbourhood: Hex
  readonly number: number
  readonly firstSlot: number
  readonly lastSlot: number
  readonly tradesRoot: Hex
  readonly statementsRoot: Hex
  readonly billsRoot: Hex
  readonly creditsRoot: Hex
  readonly termsHash: Hex
  readonly logHead: Hex
  readonly archiveHash: Hex
  readonly tradedWh: number
}

/** Where a proposed batch stands: `types/BatchState.sol`. */
export interface BatchState {
  /** Unix seconds of the chain */
  readonly closesAt: number
  readonly debitMicroEur: number
  readonly openDemands: number
  readonly isLengthened: boolean
}

/** What names a proposed batch: `ISettlement.BatchRef`. */
export interface BatchRef {
  readonly neighbourhood: Hex
  readonly number: number
  readonly headerHash: Hex
  readonly movementsHash: Hex
  readonly state: BatchState
}

/** A batch as the chain keeps it. */
export interface ChainBatch {
  readonly header: BatchHeader
  readonly movementsHash: Hex
  readonly state: BatchState
  readonly isFinal: boolean
}

/** How a neighbourhood is opened: `ISettlement.Neighbourhood`. */
export interface NeighbourhoodTerms {
  readonly operator: Hex
  readonly supplier: Hex
  readonly grid: Hex
  readonly fund: Hex
  readonly slotSeconds: number
  readonly slotsAhead: number
}

/** A leaf of a batch's credits tree: `account` bought `amountWh` that `source` fed in in `slot`. */
export interface Credit {
  readonly account: Hex
  readonly source: Hex
  readonly slot: number
  readonly amountWh: number
}
