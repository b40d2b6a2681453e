// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchDigest} from "../../../contracts/types/BatchDigest.sol";
import {BatchState} from "../../../contracts/types/BatchState.sol";
import {Movements} from "../../../contracts/types/Movements.sol";
import {Treasury} from "../../../contracts/types/Treasury.sol";
import {Base} from "./Base.sol";
import {Parts} from "./Parts.sol";

/// @notice The words in which movements, balances and states are packed, fuzzed against what they mean.
contract MovementsFuzzTest is Base {
    using Parts for Parts.Meant;

    function testFuzz_ALaneComesBackAsItWasPut(uint8 any, uint40 money, int24 wh) external pure {
        uint256 lane = any % 4;
        uint256 word = Movements.wordOf(lane, money >> 1, wh);
        for (uint256 i = 0; i < 4; ++i) {
            (int256 foundMoney, int256 foundWh) = Movements.laneOf(word, i);
            assertTrue(foundMoney == (i == lane ? int256(uint256(money >> 1)) : int256(0)), "money");
            assertTrue(foundWh == (i == lane ? int256(wh) : int256(0)), "Wh");
        }
    }

    function testFuzz_FoldsFourLanes(uint64[4] calldata lanes) external pure {
        uint256 word;
        uint256 sum;
        for (uint256 i = 0; i < 4; ++i) {
            word = (word << 64) | lanes[i];
            sum += lanes[i];
        }
        assertEq(Movements.fold(word), sum, "fold");
    }

    function testFuzz_ReadsAPartSeatBySeat(int40[8] calldata money, int24[8] calldata wh, int64[3] calldata head)
        external
        view
    {
        Parts.Meant memory meant = Parts.none(8);
        for (uint256 i = 0; i < 8; ++i) (meant.money[i], meant.wh[i]) = (money[i], wh[i]);
        for (uint256 i = 0; i < 3; ++i) meant.head[i] = head[i] / 8;
        bytes memory part = meant.pack();
        for (uint256 seat = 1; seat < 12; ++seat) {
            (bool isFound, int256 foundMoney, int256 foundWh) = this.seatIn(part, seat);
            assertTrue(isFound, "found");
            assertTrue(foundMoney == (seat < 4 ? meant.head[seat - 1] : meant.money[seat - 4]), "money");
            assertTrue(foundWh == (seat < 4 ? int256(0) : meant.wh[seat - 4]), "Wh");
        }
        (bool ofNobody,,) = this.seatIn(part, 0);
        (bool beyond,,) = this.seatIn(part, 12);
        assertTrue(!ofNobody && !beyond, "a seat that is not there");
    }

    function testFuzz_MovesThreeBalancesAtOnce(uint64[3] calldata had, int64[3] calldata head, uint64 counts)
        external
        pure
    {
        uint256 before;
        uint256 moves;
        bool fits = true;
        for (uint256 i = 0; i < 3; ++i) {
            before = (before << 64) | (had[i] >> 1);
            moves = (moves << 64) | uint64(head[i]);
            int256 sum = int256(uint256(had[i] >> 1)) + head[i];
            fits = fits && sum >= 0 && sum < 2 ** 63;
        }
        Treasury treasury = Treasury.wrap((before << 64) | counts);
        (Treasury moved, bool isWhole) = treasury.movedBy((moves << 64) | type(uint64).max);
        assertTrue(isWhole == fits, "whole");
        assertEq(uint64(Treasury.unwrap(moved)), counts, "counts");
        if (!fits) return;
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(moved.balanceAt(i + 1), uint256(int256(uint256(had[i] >> 1)) + head[i]), "balance");
        }
    }

    function testFuzz_CountsPartsAndBatches(uint256 word, uint64 balance, bool isLast) external pure {
        Treasury treasury = Treasury.wrap(word);
        if (treasury.parts() == 255 || treasury.applied() == type(uint32).max || treasury.seats() == 2 ** 24 - 1) return;
        Treasury counted = treasury.withPart(isLast);
        assertEq(counted.applied(), treasury.applied() + (isLast ? 1 : 0), "applied");
        assertEq(counted.parts(), isLast ? 0 : treasury.parts() + 1, "parts");
        assertEq(counted.seats(), treasury.seats(), "seats");
        assertEq(treasury.withSeat().seats(), treasury.seats() + 1, "one seat more");
        for (uint256 seat = 1; seat < 4; ++seat) {
            assertEq(counted.balanceAt(seat), treasury.balanceAt(seat), "balance kept");
            Treasury other = treasury.withBalanceAt(seat, balance);
            assertEq(other.balanceAt(seat), balance, "balance set");
            assertEq(other.balanceAt(seat % 3 + 1), treasury.balanceAt(seat % 3 + 1), "balance of another");
            assertEq(uint64(Treasury.unwrap(other)), uint64(word), "counts kept");
        }
    }

    function testFuzz_StatesThatDifferPackDifferently(BatchState calldata a, BatchState calldata b) external pure {
        bool isSame = keccak256(abi.encode(a)) == keccak256(abi.encode(b));
        assertTrue((BatchDigest.pack(a) == BatchDigest.pack(b)) == isSame, "packed");
        assertEq(uint40(BatchDigest.pack(a)), a.closesAt, "closesAt");
        assertEq(uint64(BatchDigest.pack(a) >> 40), a.debitMicroEur, "debit");
        assertEq(uint32(BatchDigest.pack(a) >> 104), a.openDemands, "demands");
    }

    function seatIn(bytes calldata part, uint256 seat) external pure returns (bool, int256, int256) {
        return Movements.seatIn(part, seat);
    }
}
