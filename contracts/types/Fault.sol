// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What can be wrong with a batch, and be shown in one step.
enum Fault {
    // The trades tree.
    LegsOutOfOrder,
    LegMisplaced,
    LegSumsWrong,
    CounterLegMissing,
    CounterLegDiffers,
    // Orders under legs.
    OrderNotSigned,
    OrderMismatched,
    OrderOverfilled,
    AmendmentOverfilled,
    FilledAfterReplaced,
    OrderExpired,
    OrderCancelled,
    OutsideLimit,
    BeyondTradingKey,
    // The statements tree.
    StatementsOutOfOrder,
    StatementMisplaced,
    DeviceNotInService,
    StatementMismatched,
    StatementNotSigned,
    EstimateEarns,
    // The bills tree, and what is made of it.
    BillsOutOfOrder,
    BillMisplaced,
    NotAsTraded,
    NotAsMetered,
    TradeNotBilled,
    StatementNotBilled,
    TermsBeyondBounds,
    BillMiscalculated,
    BillTotalsWrong,
    MovementNotAsBilled,
    MovementNotBilled,
    CounterpartiesNotAsBilled,
    // The data behind the roots.
    DataWithheld
}
