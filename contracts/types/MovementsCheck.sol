// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Movements} from "./Movements.sol";

/// @title Check of packed movements
/// @notice Whether a part can be booked, seat by seat: what the ledger finds out four seats at a time while it books.
/// The two must agree on every input; a test holds them against each other.
library MovementsCheck {
    /// @param seats one more than the last seat taken
    /// @return isSound whole groups in ascending order, of seats that are taken; money and energy sum to zero, debits to
    /// what the part says
    /// @return debitMicroEur what it says
    function check(bytes calldata part, uint256 seats) internal pure returns (bool isSound, uint256 debitMicroEur) {
        if (!Movements.isWhole(part)) return (false, 0);
        uint256 head = Movements.headWordOf(part);
        debitMicroEur = Movements.debitOf(head);
        int256[3] memory sums = [int256(0), 0, 0];
        for (uint256 seat = 1; seat < Movements.LANES; ++seat) _add(sums, Movements.headLaneOf(head, seat), 0);
        uint256 previous;
        for (uint256 i = Movements.HEAD; i < part.length; i += Movements.STRIDE) {
            uint256 group = uint16(bytes2(part[i:i + 2]));
            if (group <= previous) return (false, debitMicroEur);
            previous = group;
            uint256 word = uint256(bytes32(part[i + 2:i + Movements.STRIDE]));
            for (uint256 lane = 0; lane < Movements.LANES; ++lane) {
                (int256 money, int256 positionWh) = Movements.laneOf(word, lane);
                bool isTaken = group * Movements.LANES + lane < seats;
                if (!isTaken && (money != 0 || positionWh != 0)) return (false, debitMicroEur);
                _add(sums, money, positionWh);
            }
        }
        if (previous * Movements.LANES >= seats && previous != 0) return (false, debitMicroEur);
        isSound = sums[0] == 0 && sums[1] == 0 && uint256(-sums[2]) == debitMicroEur;
    }

    /// @dev money, energy, and the money of debits alone
    function _add(int256[3] memory sums, int256 money, int256 positionWh) private pure {
        sums[0] += money;
        sums[1] += positionWh;
        if (money < 0) sums[2] += money;
    }
}
