// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What every bill of a batch follows. Prices in 0.001 EUR/MWh; each line is rounded down once a home and slot.
/// @param retailMilliEurPerMWh what a home pays the supplier for what it is short
/// @param feedInMilliEurPerMWh what the supplier pays a home for what it is long
/// @param localChargeMilliEurPerMWh network use, levies and VAT on energy bought from a neighbour, to the grid
/// @param protocolFeeBp fee on the value of what a home bought, in 1/10,000 (at most 100), to the neighbourhood's fund
struct Terms {
    int64 retailMilliEurPerMWh;
    int64 feedInMilliEurPerMWh;
    uint64 localChargeMilliEurPerMWh;
    uint16 protocolFeeBp;
}
