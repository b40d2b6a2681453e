// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One side of one trade: a leaf of a batch's trades tree, which is sorted by account, slot, orderId and
/// sequence. The running sums count from the first leg of their group, this one included, so that a leg and the one
/// before it show a wrong sum, and the last leg of a group is the group's total.
/// @param account whose side it is
/// @param slot delivery slot
/// @param orderId EIP-712 digest of the order that it fills: where that was amended before the trade, of the amendment
/// @param sequence the trade's number within the slot, from 1
/// @param isBuy whether the account bought
/// @param counterparty whose side the other leg is
/// @param counterOrderId the order that the other leg fills
/// @param priceEurPerMWh the trade's price (= µEUR/Wh)
/// @param energyWh the trade's energy
/// @param tradedAtMs when the trade was made, Unix ms
/// @param signatureHash keccak256(abi.encode(signer bytes (ERC-7913), signature bytes)) under the order
/// @param filledWh running fill of (account, slot, orderId)
/// @param positionWh running sold − bought of (account, slot)
/// @param boughtWh running bought of (account, slot)
/// @param moneyMicroEur running received − paid at the trades' prices of (account, slot)
/// @param paidMicroEur running sum of price × energy of what was bought in (account, slot), where the price is above 0: the fee's base
struct Leg {
    address account;
    uint64 slot;
    bytes32 orderId;
    uint64 sequence;
    bool isBuy;
    address counterparty;
    bytes32 counterOrderId;
    int64 priceEurPerMWh;
    uint64 energyWh;
    uint64 tradedAtMs;
    bytes32 signatureHash;
    uint64 filledWh;
    int128 positionWh;
    uint64 boughtWh;
    int128 moneyMicroEur;
    uint128 paidMicroEur;
}
