type Hex = `0x${string}`

/** Where the contracts of a deployment are. */
export interface Addresses {
  readonly eurc: Hex
  readonly vault: Hex
  readonly settlement: Hex
  readonly energyCredit: Hex
}

/** What a batch does to one account: `types/Movement.sol`. Money in µEUR, + received; energy in Wh, + delivered. */
export interface Movement {
  readonly account: Hex
  readonly moneyMicroEur: number
  readonly positionWh: number
  readonly deviationWh: number
}

/** A batch as it is proposed: `types/Proposal.sol`. `neighbourhood` is the keccak256 of the name. */
export interface Proposal {
  readonly neighbourhood: Hex
  readonly number: number
  readonly firstSlot: number
  readonly lastSlot: number
  readonly tradesRoot: Hex
  readonly statementsRoot: Hex
  readonly creditsRoot: Hex
  readonly archiveHash: Hex
  readonly backstop: Hex
  readonly tradedWh: number
}

/** A batch as the chain keeps it. Times are Unix seconds of the chain. */
export interface ChainBatch {
  readonly proposedAt: number
  readonly isFinal: boolean
  /** who pays what an insolvent account cannot */
  readonly backstop: Hex
  readonly firstSlot: number
  readonly lastSlot: number
  readonly tradesRoot: Hex
  readonly statementsRoot: Hex
  readonly creditsRoot: Hex
  readonly movementsHash: Hex
}

/** A leaf of a batch's credits tree: `account` bought `amountWh` that `source` fed in in `slot`. */
export interface Credit {
  readonly account: Hex
  readonly source: Hex
  readonly slot: number
  readonly amountWh: number
}

/** A leaf and its Merkle proof. */
export interface CreditClaim extends Credit {
  readonly proof: readonly Hex[]
}
