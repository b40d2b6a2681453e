import { Data } from 'effect'

/**
 * The chain, its node or its files did not do what was asked. `operation` names the request, `revert` the custom
 * error of a contract where one refused (`WindowOpen`, `DoesNotSumToZero`, …): then nothing was changed.
 */
export class ChainFailure extends Data.TaggedError('ChainFailure')<{
  readonly operation: string
  readonly detail: string
  readonly revert?: string
}> {
  override get message(): string {
    return `${this.operation}: ${this.revert === undefined ? '' : `${this.revert}: `}${this.detail}`
  }
}
