// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Packed movements of a batch
/// @notice One part of a batch's movements, as bytes:
///
///     int64 supplier ‖ int64 grid ‖ int64 fund ‖ uint64 debit ‖ n × (uint16 group ‖ 4 lanes of 64 bits)
///
/// A lane is `int40 money ‖ int24 Wh` of one seat: seat = 4 × group + lane, lane 0 in the highest bits. Money in µEUR, +
/// is received; Wh is sold − bought. `debit` is the sum of all that the part debits. Groups ascend strictly, from 1:
/// seats 0 to 3 stand for nobody and the three counterparties, which have their fields at the beginning.
library Movements {
    /// @dev Bytes before the first group, and bytes a group.
    uint256 internal constant HEAD = 32;
    uint256 internal constant STRIDE = 34;
    /// @dev Seats in one storage slot.
    uint256 internal constant LANES = 4;
    /// @dev The sign bits of the four money fields, and of the four Wh fields.
    uint256 internal constant MONEY_SIGNS = 0x8000000000000000800000000000000080000000000000008000000000000000;
    uint256 internal constant WH_SIGNS = 0x0000000000800000000000000080000000000000008000000000000000800000;
    /// @dev The bits of the four Wh fields; of the four money fields after a shift to the right end of their lanes.
    uint256 internal constant WH_FIELDS = 0x0000000000ffffff0000000000ffffff0000000000ffffff0000000000ffffff;
    uint256 internal constant MONEY_FIELDS = 0x000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff;
    /// @dev Every second lane.
    uint256 private constant PAIRS = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
    uint256 internal constant MONEY_BITS = 40;
    uint256 internal constant WH_BITS = 24;

    /// @notice Whether the length is that of a head and whole groups.
    function isWhole(bytes calldata part) internal pure returns (bool) {
        unchecked {
            return part.length >= HEAD && (part.length - HEAD) % STRIDE == 0;
        }
    }

    /// @notice The head of a part of at least 32 bytes.
    function headWordOf(bytes calldata part) internal pure returns (uint256) {
        return uint256(bytes32(part));
    }

    /// @notice What a head does to seat 1 (supplier), 2 (grid) or 3 (fund), in µEUR.
    function headLaneOf(uint256 head, uint256 seat) internal pure returns (int256) {
        unchecked {
            return int64(uint64(head >> (256 - 64 * seat)));
        }
    }

    /// @notice What a head says that its part debits, in µEUR.
    function debitOf(uint256 head) internal pure returns (uint256) {
        return uint64(head);
    }

    /// @notice What a part does to a seat: for a home by its lane, for seats 1 to 3 by the head.
    /// @return isFound whether the part names the seat
    function seatIn(bytes calldata part, uint256 seat)
        internal
        pure
        returns (bool isFound, int256 moneyMicroEur, int256 positionWh)
    {
        if (seat < LANES) {
            return seat == 0 ? (false, int256(0), int256(0)) : (true, headLaneOf(headWordOf(part), seat), int256(0));
        }
        for (uint256 i = HEAD; i < part.length; i += STRIDE) {
            if (uint16(bytes2(part[i:i + 2])) != seat / LANES) continue;
            (moneyMicroEur, positionWh) = laneOf(uint256(bytes32(part[i + 2:i + STRIDE])), seat % LANES);
            return (true, moneyMicroEur, positionWh);
        }
    }

    /// @notice One lane of a word, by its place from the left.
    function laneOf(uint256 word, uint256 lane) internal pure returns (int256 moneyMicroEur, int256 positionWh) {
        uint256 bits = word >> (64 * (LANES - 1 - lane));
        moneyMicroEur = int256(int40(uint40(bits >> WH_BITS)));
        positionWh = int256(int24(uint24(bits)));
    }

    /// @notice A word with one lane in it. The values must fit their fields.
    function wordOf(uint256 lane, uint256 moneyMicroEur, int256 positionWh) internal pure returns (uint256) {
        return ((moneyMicroEur << WH_BITS) | uint24(int24(positionWh))) << (64 * (LANES - 1 - lane));
    }

    /// @notice The sum of four 64-bit lanes, unsigned; none of them may be near 2^64.
    function fold(uint256 word) internal pure returns (uint256) {
        unchecked {
            uint256 pairs = (word & PAIRS) + ((word >> 64) & PAIRS);
            return uint128(pairs) + (pairs >> 128);
        }
    }
}
