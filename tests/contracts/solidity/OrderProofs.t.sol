// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHearing} from "../../../contracts/interfaces/IHearing.sol";
import {ITradingKeys} from "../../../contracts/interfaces/ITradingKeys.sol";
import {Legs, Signed} from "../../../contracts/types/Evidence.sol";
import {Leg} from "../../../contracts/types/Leg.sol";
import {OrderMessage} from "../../../contracts/types/SignedMessages.sol";
import {DisputesBase} from "./DisputesBase.sol";

contract OrderProofsTest is DisputesBase {
    uint256 private constant KEY = 0x4e7;

    OrderMessage private ask;

    function setUp() public override {
        super.setUp();
        ask = orderOf(alice, "sell", 100, 7);
    }

    /// @dev A batch of the one leg of the ask, signed by a key.
    function proposeAsk(uint256 privateKey) private returns (Signed memory signed) {
        signed = signatureOf(privateKey, idOf(ask));
        if (legs.length == 0) legs.push(legOf(ask, signed));
        propose();
    }

    function authorise(uint256 owner, int64 price, uint64 energyWh, uint48 expiresAt) private {
        vm.prank(vm.addr(owner));
        tradingKeys.authoriseKey(
            abi.encodePacked(vm.addr(KEY)),
            ITradingKeys.TradingKey(price, energyWh, expiresAt)
        );
    }

    function test_LetsAnHonestOrderStand() public {
        Signed memory signed = proposeAsk(ALICE);
        Legs memory shown = legsAt(0, 1);
        expectNothingWrong();
        orderProofs.orderNotSigned(ref, header, shown, signed);
        expectNothingWrong();
        orderProofs.orderMismatched(ref, header, shown, ask);
        expectNothingWrong();
        orderProofs.orderOverfilled(ref, header, shown, ask);
        expectNothingWrong();
        orderProofs.orderExpired(ref, header, shown, ask);
        expectNothingWrong();
        orderProofs.orderCancelled(ref, header, shown, ask);
        expectNothingWrong();
        orderProofs.outsideLimit(ref, header, shown, ask);
        (Legs[] memory all, Signed[] memory allSigned) = (new Legs[](1), new Signed[](1));
        (all[0], allSigned[0]) = (shown, signed);
        expectNothingWrong();
        orderProofs.beyondTradingKey(ref, header, all, allSigned);
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 1));
        orderProofs.beyondTradingKey(ref, header, all, new Signed[](0));
    }

    function test_FallsIfAStrangerSigned() public {
        Signed memory signed = proposeAsk(BOB);
        vm.prank(CHALLENGER);
        orderProofs.orderNotSigned(ref, header, legsAt(0, 1), signed);
        assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfAnyByteOfTheSignatureIsAnother(uint8 place, uint8 by) public {
        Signed memory signed = signatureOf(ALICE, idOf(ask));
        signed.signature[place % 65] ^= bytes1(uint8(within(by, 1, 255)));
        legs.push(legOf(ask, signed));
        propose();
        vm.prank(CHALLENGER);
        orderProofs.orderNotSigned(ref, header, legsAt(0, 1), signed);
        assertFell(CHALLENGER);
    }

    /// @dev A trading key's order stands from its authorisation to its expiry, and NOTICE longer.
    function testFuzz_KnowsTradingKeysByTime(uint32 tradedAfter, uint32 length) public {
        uint256 expiresAt = START + within(length, 1, 10_000);
        authorise(ALICE, 500, 2_000, uint48(expiresAt));
        Signed memory signed = signatureOf(KEY, idOf(ask));
        Leg memory leg = legOf(ask, signed);
        uint256 tradedAt = START - 1_000 + within(tradedAfter, 0, 13_000);
        leg.tradedAtMs = uint64(tradedAt * 1_000 + 999);
        legs.push(leg);
        propose();
        bool isAllowed = tradedAt >= START && tradedAt < expiresAt + orderProofs.NOTICE();
        if (isAllowed) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.orderNotSigned(ref, header, legsAt(0, 1), signed);
        if (!isAllowed) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsTradingKeysToTheirBounds(int16 price, uint16 filledWh, bool isBuy) public {
        authorise(ALICE, 100, 2_000, uint48(START + 1 days));
        if (isBuy) ask.side = "buy";
        Signed memory signed = signatureOf(KEY, idOf(ask));
        Leg memory leg = legOf(ask, signed);
        (leg.priceEurPerMWh, leg.filledWh) = (price, filledWh);
        legs.push(leg);
        propose();
        (Legs[] memory all, Signed[] memory allSigned) = (new Legs[](1), new Signed[](1));
        (all[0], allSigned[0]) = (legsAt(0, 1), signed);
        bool isBeyond = filledWh > 2_000 || (isBuy && price > 100);
        if (!isBeyond) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.beyondTradingKey(ref, header, all, allSigned);
        if (isBeyond) assertFell(CHALLENGER);
    }

    function test_TakesTheWiderBoundsWithinNotice() public {
        authorise(ALICE, 100, 2_000, uint48(START + 1 days));
        vm.warp(START + 700);
        authorise(ALICE, 50, 5, uint48(START + 1 days));
        ask.side = "buy";
        Signed memory signed = signatureOf(KEY, idOf(ask));
        Leg memory leg = legOf(ask, signed);
        leg.tradedAtMs = uint64(START + 999) * 1_000;
        legs.push(leg);
        propose();
        (Legs[] memory all, Signed[] memory allSigned) = (new Legs[](1), new Signed[](1));
        (all[0], allSigned[0]) = (legsAt(0, 1), signed);
        expectNothingWrong();
        orderProofs.beyondTradingKey(ref, header, all, allSigned);
    }

    function test_CountsAKeysOrdersTogetherAndNoneTwice() public {
        authorise(ALICE, 500, 19, uint48(START + 1 days));
        OrderMessage memory other = orderOf(alice, "sell", 100, 8);
        (OrderMessage memory a, OrderMessage memory b) = (ask, other);
        if (idOf(b) < idOf(a)) (a, b) = (b, a);
        (Signed memory byKeyA, Signed memory byKeyB) = (signatureOf(KEY, idOf(a)), signatureOf(KEY, idOf(b)));
        legs.push(legOf(a, byKeyA));
        legs.push(legOf(b, byKeyB));
        propose();
        (Legs[] memory all, Signed[] memory allSigned) = (new Legs[](2), new Signed[](2));
        (all[0], all[1], allSigned[0], allSigned[1]) = (legsAt(0, 1), legsAt(0, 1), byKeyA, byKeyA);
        expect(IHearing.Unrelated.selector);
        orderProofs.beyondTradingKey(ref, header, all, allSigned);
        (all[1], allSigned[1]) = (legsAt(1, 1), byKeyB);
        vm.prank(CHALLENGER);
        orderProofs.beyondTradingKey(ref, header, all, allSigned);
        assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfTheOrderIsOfSomethingElse(uint8 field) public {
        Signed memory signed = signatureOf(ALICE, idOf(ask));
        if (field % 2 == 0) ask.neighbourhood = "elm-road";
        Leg memory leg = legOf(ask, signed);
        if (field % 8 == 1) leg.account = bob;
        if (field % 8 == 3) leg.slot += 1;
        if (field % 8 == 5) leg.isBuy = true;
        bool isOther = field % 8 != 7;
        legs.push(leg);
        propose();
        if (!isOther) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.orderMismatched(ref, header, legsAt(0, 1), ask);
        if (isOther) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfMoreIsFilledThanOrdered(uint64 filledWh, uint64 energyWh) public {
        ask.energyWh = energyWh;
        Leg memory leg = legOf(ask, signatureOf(ALICE, idOf(ask)));
        leg.filledWh = filledWh;
        legs.push(leg);
        propose();
        if (filledWh <= energyWh) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.orderOverfilled(ref, header, legsAt(0, 1), ask);
        if (filledWh > energyWh) assertFell(CHALLENGER);
    }

    function testFuzz_AddsUpAmendments(uint32 first, uint32 second, uint32 totalWh, bool isLate) public {
        OrderMessage[] memory orders = new OrderMessage[](2);
        (orders[0], orders[1]) = (ask, orderOf(alice, "sell", 100, 8));
        (orders[1].replaces, orders[1].energyWh) = (ask.nonce, totalWh);
        for (uint256 i = 0; i < 2; ++i) {
            Leg memory leg = legOf(orders[i], signatureOf(ALICE, idOf(orders[i])));
            leg.filledWh = i == 0 ? first : second;
            leg.sequence = (i == 0) == isLate ? 2 : 1;
            legs.push(leg);
        }
        propose();
        Legs[] memory shown = new Legs[](2);
        (shown[0], shown[1]) = (legsAt(0, 1), legsAt(1, 1));
        if (!isLate) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.filledAfterReplaced(ref, header, shown, orders);
        if (isLate) assertFell(CHALLENGER);
        market.propose(ref);
        bool isOver = uint256(first) + second > totalWh;
        if (!isOver) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.amendmentOverfilled(ref, header, shown, orders);
        if (isOver) assertFell(CHALLENGER);
        market.propose(ref);
        (orders[0], orders[1], shown[0], shown[1]) = (orders[1], orders[0], shown[1], shown[0]);
        expect(IHearing.Unrelated.selector);
        orderProofs.amendmentOverfilled(ref, header, shown, orders);
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 1));
        orderProofs.filledAfterReplaced(ref, header, shown, new OrderMessage[](1));
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 2));
        orderProofs.amendmentOverfilled(ref, header, shown, new OrderMessage[](1));
    }

    function testFuzz_FallsIfTheOrderHadExpired(uint64 tradedAtMs, uint64 expiresAtMs, bool expires) public {
        if (expires) ask.timeInForce = "GTD";
        ask.expiresAtMs = expiresAtMs;
        Leg memory leg = legOf(ask, signatureOf(ALICE, idOf(ask)));
        leg.tradedAtMs = tradedAtMs;
        legs.push(leg);
        propose();
        bool isLate = expires && tradedAtMs > expiresAtMs;
        if (!isLate) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.orderExpired(ref, header, legsAt(0, 1), ask);
        if (isLate) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfTheOrderWasCancelled(uint32 tradedAfter, uint8 nonce) public {
        vm.prank(alice);
        tradingKeys.cancelUpTo(7);
        ask.nonce = nonce;
        Leg memory leg = legOf(ask, signatureOf(ALICE, idOf(ask)));
        uint256 tradedAt = tradedAfter % 100 == 0 ? 10 : START + within(tradedAfter, 0, 1_000);
        leg.tradedAtMs = uint64(tradedAt * 1_000);
        legs.push(leg);
        propose();
        bool isCancelled = nonce == 0 || (nonce <= 7 && tradedAt >= START + orderProofs.NOTICE());
        if (!isCancelled) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.orderCancelled(ref, header, legsAt(0, 1), ask);
        if (isCancelled) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfThePriceIsWorseThanTheLimit(int64 price, int64 limit, bool isBuy, bool isMarket) public {
        if (isBuy) ask.side = "buy";
        if (isMarket) ask.orderType = "market";
        ask.priceEurPerMWh = limit;
        Leg memory leg = legOf(ask, signatureOf(ALICE, idOf(ask)));
        leg.priceEurPerMWh = price;
        legs.push(leg);
        propose();
        bool isWorse = !isMarket && (isBuy ? price > limit : price < limit);
        if (!isWorse) expectNothingWrong();
        vm.prank(CHALLENGER);
        orderProofs.outsideLimit(ref, header, legsAt(0, 1), ask);
        if (isWorse) assertFell(CHALLENGER);
    }
}
