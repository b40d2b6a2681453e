import { Data } from 'effect'

/**
 * The chain, its node or its files did not do what was asked. `operation` names the request, `revert` the custom
 * error of a contract where one refused (`WindowOpen`, `DoesNotSumToZero`, …): then nothing was changed. `code` says
 * what became of a transaction: `STUCK` (no block took it in time; it is followed on), `NONCE_TAKEN` (somebody else
 * sends with the same key), `FEE_TOO_HIGH` and `GAS_TOO_HIGH` (beyond a limit, so it was not sent), `REFUSED` (by the
 * node), `REVERTED` (a block took it, and a contract refused); or of a chain: `REORGANISED` (deeper than was reckoned with), `TOO_EARLY`
 * (slots are not over in a block that counts).
 */
export class ChainFailure extends Data.TaggedError('ChainFailure')<{
  readonly operation: string
  readonly detail: string
  readonly revert?: string
  readonly code?: ChainFailureCode
}> {
  override get message(): string {
    const name = this.revert ?? this.code
    return `${this.operation}: ${name === undefined ? '' : `${name}: `}${this.detail}`
  }
}

type ChainFailureCode =
  | 'STUCK'
  | 'NONCE_TAKEN'
  | 'FEE_TOO_HIGH'
  | 'GAS_TOO_HIGH'
  | 'REFUSED'
  | 'REVERTED'
  | 'REORGANISED'
  | 'TOO_EARLY'
