// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Spans} from "../../../contracts/disputes/Span.sol";
import {IHearing} from "../../../contracts/interfaces/IHearing.sol";
import {Leg} from "../../../contracts/types/Leg.sol";
import {OrderMessage} from "../../../contracts/types/SignedMessages.sol";
import {Legs} from "../../../contracts/types/Evidence.sol";
import {DisputesBase} from "./DisputesBase.sol";

contract LegProofsTest is DisputesBase {
    function setUp() public override {
        super.setUp();
        OrderMessage memory ask = orderOf(alice, "sell", 100, 1);
        OrderMessage memory bid = orderOf(bob, "buy", 100, 1);
        Leg memory sold = legOf(ask, signatureOf(ALICE, idOf(ask)));
        Leg memory bought = legOf(bid, signatureOf(BOB, idOf(bid)));
        (sold.counterparty, sold.counterOrderId) = (bob, idOf(bid));
        (bought.counterparty, bought.counterOrderId) = (alice, idOf(ask));
        // Ascending by account.
        legs.push(alice < bob ? sold : bought);
        legs.push(alice < bob ? bought : sold);
    }

    function test_LetsAnHonestTradeStand() public {
        propose();
        expectNothingWrong();
        legProofs.legsOutOfOrder(ref, header, legsAt(0, 2));
        for (uint256 i = 0; i < 2; ++i) {
            expectNothingWrong();
            legProofs.legMisplaced(ref, header, legsAt(i, 1));
            expectNothingWrong();
            legProofs.legSumsWrong(ref, header, i == 0 ? legsAt(0, 1) : legsAt(0, 2));
            expectNothingWrong();
            legProofs.counterLegDiffers(ref, header, legsAt(i, 1), legsAt(1 - i, 1));
            expectNothingWrong();
            legProofs.counterLegMissing(ref, header, legsAt(i, 1), legsAt(0, 2));
            expectNothingWrong();
            legProofs.counterLegMissing(ref, header, legsAt(i, 1), legsAt(1 - i, 1));
        }
        expect(IHearing.Unrelated.selector);
        legProofs.counterLegDiffers(ref, header, legsAt(0, 1), legsAt(0, 1));
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 2));
        legProofs.counterLegDiffers(ref, header, legsAt(0, 1), legsAt(0, 2));
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 1));
        legProofs.legSumsWrong(ref, header, legsAt(1, 1));
    }

    /// @dev Two legs that are equal but for one part of what they are sorted by stand in one order only.
    function testFuzz_KnowsTheOrderOfAnyTwoLegs(uint8 part, bool isRight) public {
        (Leg memory a, Leg memory b) = (legs[0], legs[0]);
        if (part % 4 == 0) b.account = address(uint160(a.account) + 1);
        if (part % 4 == 1) b.slot = a.slot + 1;
        if (part % 4 == 2) b.orderId = bytes32(uint256(a.orderId) + 1);
        if (part % 4 == 3) b.sequence = a.sequence + 1;
        (legs[0], legs[1]) = isRight ? (a, b) : (b, a);
        propose();
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        legProofs.legsOutOfOrder(ref, header, legsAt(0, 2));
        if (!isRight) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsLegsToTheBatchsSlotsAndTheirBeginning(uint64 slot, uint64 tradedAtMs) public {
        slot = uint64(within(slot, SLOT_NUMBER - 3, SLOT_NUMBER + 3));
        (legs[0].slot, legs[0].tradedAtMs) = (slot, tradedAtMs);
        propose();
        bool isOutside = slot < header.firstSlot || slot > header.lastSlot;
        bool isWrong = isOutside || tradedAtMs > uint256(slot) * SLOT * 1_000;
        if (!isWrong) expectNothingWrong();
        vm.prank(CHALLENGER);
        legProofs.legMisplaced(ref, header, legsAt(0, 1));
        if (isWrong) assertFell(CHALLENGER);
    }

    /// @dev Whatever two legs hold, the answer is yes or no: a sum that overflows would hide a lie.
    function testFuzz_AddsWhateverLegsHold(Leg memory a, Leg memory b, uint8 likeness) public {
        if (likeness % 4 != 0) (b.account, b.slot) = (a.account, a.slot);
        if (likeness % 4 > 1) b.orderId = a.orderId;
        bool isOfGroup = a.account == b.account && a.slot == b.slot;
        bool isOfOrder = isOfGroup && a.orderId == b.orderId;
        bool isRight = _rightSumsFit(a, b, isOfGroup, isOfOrder);
        if (isRight) {
            Leg memory right = _withRightSums(a, b, isOfGroup, isOfOrder);
            if (likeness & 4 == 0) b = right;
            isRight = keccak256(abi.encode(b)) == keccak256(abi.encode(right));
        }
        (legs[0], legs[1]) = (a, b);
        propose();
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        legProofs.legSumsWrong(ref, header, legsAt(0, 2));
        if (!isRight) assertFell(CHALLENGER);
    }

    function test_FallsIfTheOtherSideIsMissingBelowAboveOrBetween() public {
        Leg[3] memory places;
        for (uint256 i = 0; i < 3; ++i) places[i] = legs[0];
        (places[1].orderId, places[2].orderId) = (bytes32(uint256(2)), bytes32(uint256(6)));
        places[0].counterparty = places[0].account;
        for (uint256 i = 0; i < 3; ++i) {
            places[0].counterOrderId = bytes32(i == 0 ? uint256(1) : i == 1 ? uint256(4) : type(uint256).max);
            (legs[0], legs[1]) = (places[1], places[2]);
            legs.push(places[0]);
            propose();
            Legs memory around = i == 0 ? legsAt(0, 1) : i == 1 ? legsAt(0, 2) : legsAt(2, 1);
            vm.prank(CHALLENGER);
            legProofs.counterLegMissing(ref, header, legsAt(2, 1), around);
            assertFell(CHALLENGER);
            legs.pop();
        }
    }

    function testFuzz_FallsIfTheTwoSidesDiffer(uint8 field) public {
        Leg memory other = legs[1];
        if (field % 5 == 0) ++other.priceEurPerMWh;
        if (field % 5 == 1) ++other.energyWh;
        if (field % 5 == 2) ++other.tradedAtMs;
        if (field % 5 == 3) other.isBuy = !other.isBuy;
        if (field % 5 == 4) other.counterparty = STRANGER;
        legs[1] = other;
        propose();
        vm.prank(CHALLENGER);
        legProofs.counterLegDiffers(ref, header, legsAt(0, 1), legsAt(1, 1));
        assertFell(CHALLENGER);
    }

    function test_RefusesLegsThatDoNotAdjoin() public {
        legs.push(legs[1]);
        propose();
        Legs memory apart = legsAt(0, 2);
        apart.shown[1] = legsAt(2, 1).shown[0];
        vm.expectRevert(abi.encodeWithSelector(Spans.NotAdjacent.selector, 1, 2));
        legProofs.legsOutOfOrder(ref, header, apart);
    }

    function _rightSumsFit(Leg memory a, Leg memory b, bool isOfGroup, bool isOfOrder) private pure returns (bool) {
        if (!isOfGroup) return true;
        int256 value = int256(b.priceEurPerMWh) * int256(uint256(b.energyWh));
        int256 money = b.isBuy ? a.moneyMicroEur - value : a.moneyMicroEur + value;
        int256 position = b.isBuy
            ? int256(a.positionWh) - int256(uint256(b.energyWh))
            : int256(a.positionWh) + int256(uint256(b.energyWh));
        uint256 paid = a.paidMicroEur + (b.isBuy && value > 0 ? uint256(value) : 0);
        return money == int128(money) && position == int128(position) && paid == uint128(paid)
            && (!isOfOrder || uint256(a.filledWh) + b.energyWh <= type(uint64).max)
            && (!b.isBuy || uint256(a.boughtWh) + b.energyWh <= type(uint64).max);
    }

    function _withRightSums(Leg memory a, Leg memory b, bool isOfGroup, bool isOfOrder)
        private
        pure
        returns (Leg memory leg)
    {
        leg = b;
        int256 value = int256(b.priceEurPerMWh) * int256(uint256(b.energyWh));
        int256 energyWh = int256(uint256(b.energyWh));
        leg.filledWh = (isOfOrder ? a.filledWh : 0) + b.energyWh;
        leg.positionWh = int128((isOfGroup ? int256(a.positionWh) : int256(0)) + (b.isBuy ? -energyWh : energyWh));
        leg.boughtWh = (isOfGroup ? a.boughtWh : 0) + (b.isBuy ? b.energyWh : 0);
        leg.moneyMicroEur = int128((isOfGroup ? int256(a.moneyMicroEur) : int256(0)) + (b.isBuy ? -value : value));
        leg.paidMicroEur =
            (isOfGroup ? a.paidMicroEur : 0) + (b.isBuy && value > 0 ? uint128(uint256(value)) : 0);
    }
}
