// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Spans} from "../../../contracts/disputes/Span.sol";
import {IHearing} from "../../../contracts/interfaces/IHearing.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {Bill} from "../../../contracts/types/Bill.sol";
import {Bills, Legs} from "../../../contracts/types/Evidence.sol";
import {Leg} from "../../../contracts/types/Leg.sol";
import {StatementLeaf} from "../../../contracts/types/StatementLeaf.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {DisputesBase} from "./DisputesBase.sol";

contract BillProofsTest is DisputesBase {
    int256 private constant UNIT = 1_000;

    /// @dev ⌊a ÷ b⌋ by another way than the contract's: the remainder tells.
    function floored(int256 a, int256 b) private pure returns (int256) {
        int256 quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
    }

    function billOf(address account, uint64 slot) private pure returns (Bill memory bill) {
        (bill.account, bill.slot) = (account, slot);
    }

    function none() private pure returns (Bills memory bills_) {}

    function testFuzz_KnowsTheOrderOfAnyTwoBills(address a, uint64 slotA, address b, uint64 slotB, bool isOne) public {
        if (isOne) b = a;
        bills.push(billOf(a, slotA));
        bills.push(billOf(b, slotB));
        propose();
        bool isRight = a == b ? slotA < slotB : a < b;
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.billsOutOfOrder(ref, header, billsAt(0, 2));
        if (!isRight) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsBillsToTheBatchsSlots(uint8 away) public {
        bills.push(billOf(alice, SLOT_NUMBER - 3 + (away % 7)));
        propose();
        bool isOutside = away % 7 < 2 || away % 7 > 4;
        if (!isOutside) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.billMisplaced(ref, header, billsAt(0, 1));
        if (isOutside) assertFell(CHALLENGER);
    }

    /// @dev Whatever the last leg and the bill hold.
    function testFuzz_HoldsBillsToTheirLegs(Leg memory leg, uint8 field, bool hasNext) public {
        Bill memory bill = billOf(leg.account, leg.slot);
        (bill.positionWh, bill.boughtWh) = (leg.positionWh, leg.boughtWh);
        (bill.tradesMicroEur, bill.paidMicroEur) = (leg.moneyMicroEur, leg.paidMicroEur);
        unchecked {
            if (field % 5 == 0) bill.positionWh += 1;
            if (field % 5 == 1) bill.boughtWh += 1;
            if (field % 5 == 2) bill.tradesMicroEur += 1;
            if (field % 5 == 3) bill.paidMicroEur += 1;
        }
        bills.push(bill);
        legs.push(leg);
        legs.push(leg);
        // The account's earlier leg says nothing about its total.
        if (hasNext) (legs[1].account, legs[1].slot) = (address(uint160(leg.account) ^ 1), leg.slot);
        propose();
        if (!hasNext) {
            vm.expectRevert(abi.encodeWithSelector(Spans.NotLastOfGroup.selector, 0));
            billProofs.notAsTraded(ref, header, billsAt(0, 1), legsAt(0, 2));
        }
        if (field % 5 == 4) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.notAsTraded(ref, header, billsAt(0, 1), hasNext ? legsAt(0, 2) : legsAt(1, 1));
        if (field % 5 != 4) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsWhoTradedNothingToNothing(uint8 field, uint8 place) public {
        Bill memory bill = billOf(alice, SLOT_NUMBER);
        if (field % 5 == 0) bill.positionWh = 1;
        if (field % 5 == 1) bill.boughtWh = 1;
        if (field % 5 == 2) bill.tradesMicroEur = -1;
        if (field % 5 == 3) bill.paidMicroEur = 1;
        bills.push(bill);
        Leg memory leg;
        (leg.account, leg.slot) = (alice, SLOT_NUMBER - 1);
        if (place % 4 > 0) legs.push(leg);
        leg.slot = SLOT_NUMBER + 1;
        if (place % 4 > 0) legs.push(leg);
        propose();
        Legs memory around;
        if (place % 4 == 1) around = legsAt(0, 2);
        if (place % 4 > 1) {
            // An end of the tree on the wrong side leaves room.
            expect(Spans.NotAbsent.selector);
            billProofs.notAsTraded(ref, header, billsAt(0, 1), legsAt(place % 4 - 2, 1));
            around = legsAt(0, 2);
        }
        if (field % 5 == 4) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.notAsTraded(ref, header, billsAt(0, 1), around);
        if (field % 5 != 4) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsBillsToTheirStatements(uint64 importWh, uint64 exportWh, uint8 field) public {
        Bill memory bill = billOf(alice, SLOT_NUMBER);
        (bill.importWh, bill.exportWh) = (importWh, exportWh);
        bills.push(bill);
        unchecked {
            if (field % 4 == 0) ++importWh;
            if (field % 4 == 1) ++exportWh;
        }
        address account = field % 4 == 2 ? address(uint160(alice) + 1) : alice;
        statements.push(StatementLeaf(account, SLOT_NUMBER, importWh, exportWh, false, false, 0, 0, 0));
        propose();
        if (field % 4 == 3) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.notAsMetered(ref, header, billsAt(0, 1), statementsAt(0, 1));
        if (field % 4 != 3) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfABillIsMissing(bool isBilled, bool isTraded, bool isOther) public {
        if (isBilled) bills.push(billOf(alice, SLOT_NUMBER));
        if (isOther) bills.push(billOf(alice, SLOT_NUMBER + 1));
        Leg memory leg;
        (leg.account, leg.slot) = (alice, SLOT_NUMBER);
        legs.push(leg);
        statements.push(StatementLeaf(alice, SLOT_NUMBER, 0, 0, false, false, 0, 0, 0));
        propose();
        Bills memory shown = isBilled || isOther ? billsAt(0, 1) : none();
        if (isBilled) expectNothingWrong();
        vm.prank(CHALLENGER);
        if (isTraded) billProofs.tradeNotBilled(ref, header, shown, legsAt(0, 1));
        else billProofs.statementNotBilled(ref, header, shown, statementsAt(0, 1));
        if (!isBilled) assertFell(CHALLENGER);
    }

    function testFuzz_BoundsTheProtocolFee(uint16 feeBp) public {
        rates.protocolFeeBp = feeBp;
        propose();
        if (feeBp <= 100) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.termsBeyondBounds(ref, header, rates);
        if (feeBp > 100) assertFell(CHALLENGER);
    }

    /// @dev Any bill and any terms: the lines are floors, and nothing overflows.
    function testFuzz_KnowsTheLinesOfAnyBill(Bill memory bill, Terms memory terms_, uint8 field) public {
        rates = terms_;
        int256 energyWh = int256(uint256(bill.exportWh)) - int256(uint256(bill.importWh)) - bill.positionWh;
        int256 rate = energyWh < 0 ? terms_.retailMilliEurPerMWh : terms_.feedInMilliEurPerMWh;
        int256 charge = int256(uint256(bill.boughtWh)) * int256(uint256(terms_.localChargeMilliEurPerMWh));
        int256 fee = int256(uint256(bill.paidMicroEur)) * int256(uint256(terms_.protocolFeeBp));
        int256[3] memory lines = [floored(-charge, UNIT), floored(energyWh * rate, UNIT), floored(-fee, 10 * UNIT)];
        bool fits = lines[0] == int128(lines[0]) && lines[1] == int128(lines[1]) && lines[2] == int128(lines[2]);
        if (fits) {
            (bill.localChargeMicroEur, bill.deviationMicroEur) = (int128(lines[0]), int128(lines[1]));
            bill.feeMicroEur = int128(lines[2]);
        }
        unchecked {
            if (field % 4 == 0) bill.localChargeMicroEur += 1;
            if (field % 4 == 1) bill.deviationMicroEur -= 1;
            if (field % 4 == 2) bill.feeMicroEur += 1;
        }
        bills.push(bill);
        propose();
        bool isRight = fits && field % 4 == 3;
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.billMiscalculated(ref, header, billsAt(0, 1), rates);
        if (!isRight) assertFell(CHALLENGER);
    }

    /// @dev Totals follow from the bill before: of the account, and of all bills for grid and fund.
    function testFuzz_AddsUpWhateverBillsHold(Bill memory a, Bill memory b, uint8 field, bool isOfAccount) public {
        if (isOfAccount) b.account = a.account;
        int256 net = int256(b.tradesMicroEur) + b.localChargeMicroEur + b.deviationMicroEur + b.feeMicroEur;
        bool isOwn = a.account == b.account;
        int256 total = (isOwn ? int256(a.totalMicroEur) : int256(0)) + net;
        int256 position = (isOwn ? int256(a.totalPositionWh) : int256(0)) + b.positionWh;
        uint256 grid = a.gridMicroEur + uint256(b.boughtWh) * rates.localChargeMilliEurPerMWh / 1_000;
        uint256 fund = a.fundMicroEur + uint256(b.paidMicroEur) * rates.protocolFeeBp / 10_000;
        bool fits = total == int128(total) && position == int128(position) && grid == uint128(grid) && fund == uint128(fund);
        if (fits) {
            (b.totalMicroEur, b.totalPositionWh) = (int128(total), int128(position));
            (b.gridMicroEur, b.fundMicroEur) = (uint128(grid), uint128(fund));
        }
        unchecked {
            if (field % 5 == 0) b.totalMicroEur += 1;
            if (field % 5 == 1) b.totalPositionWh += 1;
            if (field % 5 == 2) b.gridMicroEur += 1;
            if (field % 5 == 3) b.fundMicroEur += 1;
        }
        bills.push(a);
        bills.push(b);
        propose();
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 1));
        billProofs.billTotalsWrong(ref, header, billsAt(1, 1), rates);
        bool isRight = fits && field % 5 == 4;
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.billTotalsWrong(ref, header, billsAt(0, 2), rates);
        if (!isRight) assertFell(CHALLENGER);
    }

    function testFuzz_BeginsTotalsWithTheFirstBill(int64 trades, uint64 grid) public {
        Bill memory bill = billOf(alice, SLOT_NUMBER);
        (bill.tradesMicroEur, bill.totalMicroEur, bill.gridMicroEur) = (trades, trades, grid);
        bills.push(bill);
        propose();
        if (grid == 0) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.billTotalsWrong(ref, header, billsAt(0, 1), rates);
        if (grid != 0) assertFell(CHALLENGER);
    }

    /// @dev One part: a head, and group 1 with Alice in its first lane and Bob in its second.
    function partOf(int64 grid, int64 fund, int40 money, int24 wh) private pure returns (bytes memory) {
        return abi.encodePacked(int64(0), grid, fund, uint64(0), uint16(1), money, wh, int64(0), int64(0), int64(0));
    }

    function testFuzz_HoldsMovementsToTheLastBill(int40 money, int24 wh, int40 billed, uint8 who) public {
        if (who & 4 == 0) billed = money;
        address account = who % 4 == 0 ? alice : who % 4 == 1 ? bob : who % 4 == 2 ? STRANGER : address(0x52);
        if (who % 4 == 3) market.seat(account, 2);
        Bill memory bill = billOf(account, SLOT_NUMBER);
        (bill.totalMicroEur, bill.totalPositionWh) = (billed, wh);
        bills.push(bill);
        // In two parts, whose sum counts.
        parts.push(partOf(0, 0, money / 2, 0));
        parts.push(partOf(0, 0, 0, wh));
        parts.push(partOf(0, 0, money - money / 2, 0));
        propose();
        bool isRight = who % 4 == 0 ? billed == money : billed == 0 && wh == 0;
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.movementNotAsBilled(ref, header, billsAt(0, 1), parts);
        if (!isRight) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfWhoIsNotBilledIsMoved(int40 money, int24 wh, bool isAlice) public {
        parts.push(partOf(0, 0, money, wh));
        propose();
        bool isMoved = isAlice && (money != 0 || wh != 0);
        if (!isMoved) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.movementNotBilled(ref, header, isAlice ? alice : bob, none(), parts);
        if (isMoved) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsGridAndFundToTheLastBill(int64 grid, int64 fund, bool isBilled, bool isRight) public {
        (grid, fund) = isBilled ? (int64(uint64(grid) >> 1), int64(uint64(fund) >> 1)) : (grid, fund);
        Bill memory bill = billOf(alice, SLOT_NUMBER);
        (bill.gridMicroEur, bill.fundMicroEur) = (uint64(grid), uint64(fund));
        if (isBilled && !isRight) bill.gridMicroEur += 1;
        if (isBilled) bills.push(bill);
        parts.push(partOf(grid, fund, 0, 0));
        propose();
        bool isWrong = isBilled ? !isRight : grid != 0 || fund != 0;
        if (!isWrong) expectNothingWrong();
        vm.prank(CHALLENGER);
        billProofs.counterpartiesNotAsBilled(ref, header, isBilled ? billsAt(0, 1) : none(), parts);
        if (isWrong) assertFell(CHALLENGER);
    }

    function test_RefusesOtherMovementsAndBills() public {
        bills.push(billOf(alice, SLOT_NUMBER));
        bills.push(billOf(alice, SLOT_NUMBER + 1));
        parts.push(partOf(0, 0, 0, 0));
        propose();
        bytes[] memory others = new bytes[](1);
        others[0] = partOf(0, 0, 1, 0);
        bytes32 hash = keccak256(abi.encodePacked(keccak256(others[0])));
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongMovements.selector, hash));
        billProofs.movementNotAsBilled(ref, header, billsAt(1, 1), others);
        others[0] = hex"00";
        vm.expectRevert(abi.encodeWithSelector(IVault.MalformedMovements.selector, 1));
        billProofs.movementNotAsBilled(ref, header, billsAt(1, 1), others);
        vm.expectRevert(abi.encodeWithSelector(Spans.NotLastOfGroup.selector, 0));
        billProofs.movementNotAsBilled(ref, header, billsAt(0, 2), parts);
        vm.expectRevert(abi.encodeWithSelector(Spans.NotLastOfGroup.selector, 0));
        billProofs.counterpartiesNotAsBilled(ref, header, billsAt(0, 1), parts);
        expect(Spans.NotAbsent.selector);
        billProofs.movementNotBilled(ref, header, alice, billsAt(0, 2), parts);
        expect(Spans.NoLeafShown.selector);
        billProofs.movementNotAsBilled(ref, header, none(), parts);
        bills.pop();
        bills.pop();
        propose();
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 0));
        billProofs.movementNotAsBilled(ref, header, none(), parts);
    }
}
