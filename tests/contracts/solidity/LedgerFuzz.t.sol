// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {IBareLedger} from "./IBareLedger.sol";
import {Parts} from "./Parts.sol";

/// @notice The packed ledger, fuzzed against plain sums.
contract LedgerFuzzTest is Base {
    using Parts for Parts.Meant;

    uint256 private constant HOMES = 6; // the last group has two seats that nobody has taken
    int256 private constant WH_END = 2 ** 23;

    IBareLedger private ledger;

    function setUp() public {
        // By its name, so that it alone is compiled as the vault is. Asked for alone, this file would not build it.
        ledger = IBareLedger(create("BareLedger", abi.encode(address(0xC0))));
        for (uint256 n = 0; n < HOMES; ++n) ledger.seat(address(uint160(0x1000 + n)));
    }

    function testFuzz_BooksEachSeatAsIfItWereAlone(
        uint80[6] calldata had,
        int40[6] calldata money,
        int24[5] calldata wh,
        int64 grid,
        uint8 rounds
    ) external {
        Parts.Meant memory meant = _meant(money, wh, grid);
        int256[] memory balances = new int256[](HOMES);
        for (uint256 n = 0; n < HOMES; ++n) {
            ledger.credit(n + 4, had[n] / 2);
            ledger.credit(n + 4, had[n] - had[n] / 2);
            balances[n] = int256(uint256(had[n]));
        }
        uint256 count = within(rounds, 1, 3);
        for (uint256 round = 1; round <= count; ++round) {
            uint256 missing = _expectedHead(meant);
            for (uint256 n = 0; n < HOMES; ++n) {
                balances[n] += meant.money[n];
                if (balances[n] < 0) (missing, balances[n]) = (missing + uint256(-balances[n]), 0);
            }
            (uint256 shortfall, uint256 debited) = ledger.book(meant.pack());
            assertEq(debited, meant.debitOf(), "debits");
            assertEq(shortfall, missing, "shortfall");
            for (uint256 n = 0; n < HOMES; ++n) {
                assertEq(ledger.balanceAt(n + 4), uint256(balances[n]), "balance");
                assertTrue(ledger.positionAt(n + 4) == meant.wh[n] * int256(round), "position");
            }
        }
    }

    function testFuzz_TakesWhatIsThere(uint80 had, uint96 wanted, uint8 seat) external {
        uint256 place = within(seat, 1, HOMES + 3);
        uint256 amount = place < 4 ? had % 2 ** 63 : had;
        ledger.credit(place, amount);
        uint256 missing = ledger.debit(place, wanted);
        assertEq(missing, wanted > amount ? wanted - amount : 0, "missing");
        assertEq(ledger.balanceAt(place), wanted > amount ? 0 : amount - wanted, "left");
    }

    /// @dev Any one bit of a sound part turned: what the check says is what the ledger does.
    function testFuzz_BooksIfAndOnlyIfTheCheckSaysSo(
        int40[6] calldata money,
        int24[5] calldata wh,
        int64 grid,
        uint16 bit,
        uint8 length
    ) external {
        bytes memory part = _meant(money, wh, grid).pack();
        if (length % 4 == 0) part = bytes.concat(part, new bytes(length % 40));
        uint256 turned = bit % (part.length * 8);
        part[turned / 8] ^= bytes1(uint8(1 << (turned % 8)));
        _agree(part);
    }

    function testFuzz_BooksIfAndOnlyIfTheCheckSaysSoOfAnyBytes(bytes calldata any) external {
        _agree(any);
        _agree(bytes.concat(bytes32(0), any));
        // Whole groups, upwards: nearer to sound.
        bytes memory part = new bytes(32);
        for (uint16 group = 1; group < 4 && uint256(group) * 32 < any.length; ++group) {
            part = bytes.concat(part, bytes2(group), bytes32(any[32 * (group - 1):32 * group]));
        }
        _agree(part);
    }

    /// @dev Groups of nothing at all, which the fuzzer hardly ever finds.
    function test_BooksNoGroupTwiceNorBeyondTheSeats() external {
        bytes memory nothing = bytes.concat(bytes2(uint16(1)), bytes32(0));
        _agree(bytes.concat(bytes32(0), nothing, nothing));
        _agree(bytes.concat(bytes32(0), bytes2(uint16(3)), bytes32(0)));
        (bool isSound,) = ledger.check(bytes.concat(bytes32(0), nothing));
        assertTrue(isSound, "one group of nothing");
    }

    function _agree(bytes memory part) private {
        (bool isSound,) = ledger.check(part);
        try ledger.book(part) {
            assertTrue(isSound, "booked what is not sound");
        } catch {
            assertTrue(!isSound, "did not book what is sound");
        }
    }

    /// @dev What the counterparties lack: they have nothing at first, and keep what they get.
    function _expectedHead(Parts.Meant memory meant) private view returns (uint256 missing) {
        for (uint256 seat = 1; seat < 4; ++seat) {
            int256 sum = int256(ledger.balanceAt(seat)) + meant.head[seat - 1];
            if (sum < 0) missing += uint256(-sum);
        }
    }

    function _meant(int40[6] calldata money, int24[5] calldata wh, int64 grid)
        private
        pure
        returns (Parts.Meant memory meant)
    {
        meant = Parts.none(HOMES);
        int256 sum;
        for (uint256 n = 0; n < HOMES; ++n) meant.money[n] = money[n];
        for (uint256 n = 0; n < 5; ++n) {
            // An end of the field stays one; where the last home cannot take it back, nothing is moved.
            bool fits = sum + wh[n] <= WH_END && sum + wh[n] > -WH_END;
            meant.wh[n] = fits ? int256(wh[n]) : int256(0);
            sum += meant.wh[n];
        }
        meant.wh[5] = -sum;
        meant.head[1] = grid / 4;
        return meant.settledBySupplier();
    }
}
