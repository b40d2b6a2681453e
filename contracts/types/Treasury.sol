// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A neighbourhood's own slot of the ledger: `supplier ‖ grid ‖ fund ‖ applied ‖ parts ‖ seats`. The three
/// balances have 63 bits each in lanes of 64, as in the head of a part of movements (`Movements`), so that one addition
/// books them all; `applied` is the last batch booked in full (32 bits), `parts` how many parts of the next one are
/// booked (8), `seats` the next free seat (24).
type Treasury is uint256;

using TreasuryWord for Treasury global;

library TreasuryWord {
    /// @dev The sign bits of the three balances, and all their bits.
    uint256 private constant SIGNS = 0x8000000000000000800000000000000080000000000000000000000000000000;
    uint256 private constant BALANCES = ~uint256(type(uint64).max);
    /// @dev Parts of one batch: as many as their field counts.
    uint256 internal constant PARTS_MAX = type(uint8).max;
    /// @dev What one balance can be at most, µEUR.
    uint256 internal constant BALANCE_MAX = 2 ** 63 - 1;

    /// @notice The balance of seat 1 (supplier), 2 (grid) or 3 (fund), in µEUR.
    function balanceAt(Treasury treasury, uint256 seat) internal pure returns (uint256) {
        return (Treasury.unwrap(treasury) >> (256 - 64 * seat)) & type(uint64).max;
    }

    /// @notice With another balance for a seat; at most `BALANCE_MAX`.
    function withBalanceAt(Treasury treasury, uint256 seat, uint256 balance) internal pure returns (Treasury) {
        uint256 shift = 256 - 64 * seat;
        uint256 others = Treasury.unwrap(treasury) & ~(uint256(type(uint64).max) << shift);
        return Treasury.wrap(others | (balance << shift));
    }

    /// @notice With all three balances moved by the head of a part; `isWhole` unless one is below 0 or above the most.
    function movedBy(Treasury treasury, uint256 head) internal pure returns (Treasury moved, bool isWhole) {
        uint256 before = Treasury.unwrap(treasury);
        // The cleared sign bits leave room for each lane's carry; what is below the balances is not added to.
        unchecked {
            uint256 sum = ((before & ~SIGNS) + (head & BALANCES & ~SIGNS)) ^ ((before ^ head) & SIGNS);
            return (Treasury.wrap(sum), sum & SIGNS == 0);
        }
    }

    /// @notice The last batch booked in full.
    function applied(Treasury treasury) internal pure returns (uint256) {
        return uint32(Treasury.unwrap(treasury) >> 32);
    }

    /// @notice The batch after it.
    function next(Treasury treasury) internal pure returns (uint256) {
        unchecked {
            return applied(treasury) + 1;
        }
    }

    /// @notice How many parts of that batch are booked.
    function parts(Treasury treasury) internal pure returns (uint256) {
        return uint8(Treasury.unwrap(treasury) >> 24);
    }

    /// @notice The next free seat; 0 where there is no neighbourhood.
    function seats(Treasury treasury) internal pure returns (uint256) {
        return uint24(Treasury.unwrap(treasury));
    }

    /// @notice With the next part counted: the last one ends the batch.
    function withPart(Treasury treasury, bool isLast) internal pure returns (Treasury) {
        uint256 kept = Treasury.unwrap(treasury) & (BALANCES | type(uint24).max);
        uint256 through = applied(treasury);
        uint256 booked = parts(treasury);
        unchecked {
            if (isLast) return Treasury.wrap(kept | (next(treasury) << 32));
            return Treasury.wrap(kept | (through << 32) | ((booked + 1) << 24));
        }
    }

    /// @notice With one seat more taken.
    function withSeat(Treasury treasury) internal pure returns (Treasury) {
        return Treasury.wrap(Treasury.unwrap(treasury) + 1);
    }
}
