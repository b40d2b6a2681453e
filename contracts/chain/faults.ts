/** What a batch can fall for (`types/Fault.sol`), in the order of its numbers there. */
export const faults = [
  ...['LegsOutOfOrder', 'LegMisplaced', 'LegSumsWrong', 'CounterLegMissing', 'CounterLegDiffers'],
  ...['OrderNotSigned', 'OrderMismatched', 'OrderOverfilled', 'AmendmentOverfilled', 'FilledAfterReplaced'],
  ...['OrderExpired', 'OrderCancelled', 'OutsideLimit', 'BeyondTradingKey'],
  ...['StatementsOutOfOrder', 'StatementMisplaced', 'DeviceNotInService', 'StatementMismatched'],
  ...['StatementNotSigned', 'EstimateEarns'],
  ...['BillsOutOfOrder', 'BillMisplaced', 'NotAsTraded', 'NotAsMetered', 'TradeNotBilled', 'StatementNotBilled'],
  ...['TermsBeyondBounds', 'BillMiscalculated', 'BillTotalsWrong'],
  ...['MovementNotAsBilled', 'MovementNotBilled', 'CounterpartiesNotAsBilled', 'DataWithheld'],
] as const
