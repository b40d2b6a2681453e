// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What one home owes and is owed for one slot: a leaf of a batch's bills tree, which is sorted by account and
/// slot. Money in µEUR from the home's side: + received, − paid. The two totals run from the account's first bill of
/// the batch, this one included, so that the account's last bill is its movement. The receipts of grid and fund run from
/// the first bill of the whole tree, so that its last bill is what the batch pays them: what is rounded off a home's
/// line stays with the supplier.
/// @param account the home's account
/// @param slot delivery slot
/// @param importWh metered import, as its statement says
/// @param exportWh metered export, as its statement says
/// @param positionWh sold − bought, as its last leg says
/// @param boughtWh bought from neighbours, as its last leg says
/// @param tradesMicroEur received − paid at the trades' prices, as its last leg says
/// @param paidMicroEur paid for what was bought at prices above 0, as its last leg says: the fee's base
/// @param localChargeMicroEur ⌊−charge⌋ on what was bought; never above 0
/// @param deviationMicroEur (export − import − position) at feed-in if long, at retail if short
/// @param feeMicroEur ⌊−protocol fee⌋ on what was paid; never above 0
/// @param totalMicroEur running sum of the four money lines over the account's slots
/// @param totalPositionWh running sum of positionWh over the account's slots
/// @param gridMicroEur running sum of ⌊local charge⌋ over all bills of the batch
/// @param fundMicroEur running sum of ⌊protocol fee⌋ over all bills of the batch
struct Bill {
    address account;
    uint64 slot;
    uint64 importWh;
    uint64 exportWh;
    int128 positionWh;
    uint64 boughtWh;
    int128 tradesMicroEur;
    uint128 paidMicroEur;
    int128 localChargeMicroEur;
    int128 deviationMicroEur;
    int128 feeMicroEur;
    int128 totalMicroEur;
    int128 totalPositionWh;
    uint128 gridMicroEur;
    uint128 fundMicroEur;
}
