// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bill} from "./Bill.sol";
import {Terms} from "./Terms.sol";

/// @title Lines of a bill
/// @notice What the terms give for a bill's energy and trades, in µEUR: the same as `protocol/units.ts` finds. In 256
/// bits, in which nothing that a bill can hold overflows.
library BillLines {
    /// @dev 0.001 EUR/MWh × Wh = 0.001 µEUR.
    int256 private constant MILLI = 1_000;
    int256 private constant BASIS_POINTS = 10_000;

    /// @notice What the home pays of the local charge, below 0.
    function localCharge(Bill calldata bill, Terms calldata terms) internal pure returns (int256) {
        return _floored(-_chargeMilli(bill, terms), MILLI);
    }

    /// @notice What the grid receives of it; the rest of the rounding is the supplier's.
    function gridReceives(Bill calldata bill, Terms calldata terms) internal pure returns (int256) {
        return _floored(_chargeMilli(bill, terms), MILLI);
    }

    /// @notice What the home pays of the protocol fee, below 0.
    function fee(Bill calldata bill, Terms calldata terms) internal pure returns (int256) {
        return _floored(-_feeBp(bill, terms), BASIS_POINTS);
    }

    /// @notice What the fund receives of it; the rest of the rounding is the supplier's.
    function fundReceives(Bill calldata bill, Terms calldata terms) internal pure returns (int256) {
        return _floored(_feeBp(bill, terms), BASIS_POINTS);
    }

    /// @notice What the supplier pays (+) or is paid (−) for what was metered and not traded.
    function deviation(Bill calldata bill, Terms calldata terms) internal pure returns (int256) {
        int256 energyWh = int256(uint256(bill.exportWh)) - int256(uint256(bill.importWh)) - bill.positionWh;
        int256 rate = energyWh >= 0 ? terms.feedInMilliEurPerMWh : terms.retailMilliEurPerMWh;
        return _floored(energyWh * rate, MILLI);
    }

    function _chargeMilli(Bill calldata bill, Terms calldata terms) private pure returns (int256) {
        return int256(uint256(bill.boughtWh)) * int256(uint256(terms.localChargeMilliEurPerMWh));
    }

    function _feeBp(Bill calldata bill, Terms calldata terms) private pure returns (int256) {
        return int256(uint256(bill.paidMicroEur)) * int256(uint256(terms.protocolFeeBp));
    }

    /// @dev Towards −∞: Solidity rounds towards 0.
    function _floored(int256 amount, int256 unit) private pure returns (int256) {
        return amount >= 0 ? amount / unit : -((-amount + unit - 1) / unit);
    }
}
