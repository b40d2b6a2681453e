import type { BatchHeader, BatchState, ChainBatch } from './contract-types.ts'

type Hex = `0x${string}`

/** What an event of the Settlement says of a batch, as a chain answers it: large integers as bigint. */
export function batchFrom(args: Record<string, unknown>): Omit<ChainBatch, 'isFinal'> {
  const header = args.header as Record<keyof BatchHeader, bigint | Hex>
  return {
    header: {
      neighbourhood: header.neighbourhood as Hex,
      number: Number(header.number),
      firstSlot: Number(header.firstSlot),
      lastSlot: Number(header.lastSlot),
      tradesRoot: header.tradesRoot as Hex,
      statementsRoot: header.statementsRoot as Hex,
      billsRoot: header.billsRoot as Hex,
      creditsRoot: header.creditsRoot as Hex,
      termsHash: header.termsHash as Hex,
      logHead: header.logHead as Hex,
      archiveHash: header.archiveHash as Hex,
      tradedWh: Number(header.tradedWh),
    },
    movementsHash: args.movementsHash as Hex,
    state: stateFrom(args.state),
  }
}

/** `types/BatchState.sol` as a chain answers it. */
export function stateFrom(answered: unknown): BatchState {
  const { closesAt, debitMicroEur, openDemands, isLengthened } = answered as Record<keyof BatchState, unknown>
  return {
    closesAt: Number(closesAt),
    debitMicroEur: Number(debitMicroEur),
    openDemands: Number(openDemands),
    isLengthened: isLengthened === true,
  }
}
