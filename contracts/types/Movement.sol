// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a batch does to one account. Each of the three lanes sums to zero over the batch.
/// @param account whose balance moves
/// @param moneyMicroEur µEUR (EURC base units); + is received, − is paid
/// @param positionWh sold − bought of the account's trades, in Wh
/// @param deviationWh metered net export − position, in Wh; the supplier carries the opposite of all homes
struct Movement {
    address account;
    int128 moneyMicroEur;
    int128 positionWh;
    int128 deviationWh;
}
