// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentKeys} from "../../../contracts/interfaces/IConsentKeys.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {BatchDigest} from "../../../contracts/types/BatchDigest.sol";
import {BatchHeader} from "../../../contracts/types/BatchHeader.sol";
import {BatchState} from "../../../contracts/types/BatchState.sol";
import {G2Point} from "../../../contracts/types/Bls12381.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {Parts} from "./Parts.sol";
import {VaultBase} from "./VaultBase.sol";

/// @notice Keys that take any signature but none for that of everybody: what keys make of one is tested where they are.
contract EverybodySigned {
    function checkConsent(
        bytes32,
        uint256,
        bytes32,
        bytes32,
        uint256[] calldata needed,
        IConsentKeys.Absent[] calldata absent,
        G2Point calldata signature
    ) external pure {
        // Three counterparties and eight homes, from seat 1 on.
        require(needed.length == 1 && needed[0] == 0xffe && absent.length == 0, "not everybody was asked");
        if (signature.x0Low == 0) revert IConsentKeys.NobodySigned();
    }
}

/// @notice Every door of the settlement, with any amounts and times. What each refuses, word for word, is tested
/// outside (`settlement.test.ts`).
contract SettlementDoorsTest is VaultBase {
    using Parts for Parts.Meant;

    uint256 private constant BOND = 100_000 * EUR;

    function setUp() public {
        _deploy();
        vault.postBond(LIME, BOND);
    }

    function testFuzz_AFallTakesWhatStoodForIt(uint64[4] calldata debits, uint8 which) external {
        uint256[4] memory through;
        Proposed[4] memory proposed;
        uint256 sum;
        for (uint256 i = 0; i < 4; ++i) {
            uint64 debit = uint64(debits[i] % (BOND / 4));
            proposed[i] = _propose(_one(Parts.none(HOMES).pack()), debit);
            sum += debit;
            through[i] = sum;
        }
        assertEq(settlement.unfinalMicroEur(LIME), sum, "open");
        uint256 first = which % 4;
        uint256 kept = first == 0 ? 0 : through[first - 1];
        uint256 slashed = sum - kept < 100 * EUR ? 100 * EUR : sum - kept;
        vm.prank(DISPUTES);
        settlement.fall(proposed[first].ref, STRANGER);
        assertEq(settlement.lastProposed(LIME), first, "number");
        assertEq(settlement.unfinalMicroEur(LIME), kept, "still open");
        assertEq(vault.bondOf(LIME), BOND - slashed, "bond");
        assertEq(coin.balanceOf(STRANGER), slashed / 2, "half");
        assertEq(coin.balanceOf(address(0xdEaD)), slashed - slashed / 2, "the rest");
        for (uint256 i = 0; i < 4; ++i) {
            (bool isKept, bool isFinal) = settlement.statusOf(proposed[i].ref);
            assertTrue(isKept == (i < first) && !isFinal, "status");
        }
    }

    function test_AFallTakesNothingThatStandsForOthers() external {
        _propose(_one(Parts.none(HOMES).pack()), uint64(BOND - 7));
        Proposed memory small = _propose(_one(Parts.none(HOMES).pack()), 3);
        vm.prank(DISPUTES);
        settlement.fall(small.ref, STRANGER);
        assertEq(vault.bondOf(LIME), BOND - 7, "bond");
    }

    function testFuzz_UnsoundMovementsFall(int40 money, int24 wh, bool inTwo, bool isCheap) external {
        if (money == 0 && wh == 0) wh = 1;
        Parts.Meant memory meant = Parts.none(HOMES);
        (meant.money[0], meant.wh[0]) = (money, wh);
        bytes memory unsound = meant.pack();
        // In order by itself, but debiting more than was proposed.
        if (isCheap) unsound = _pay(0, 1, 7);
        Proposed memory proposed = _propose(inTwo ? _two(_pay(0, 1, 1), unsound) : _one(unsound), 0);
        settlement.dropUnsound(proposed.ref, proposed.parts);
        assertEq(settlement.lastProposed(LIME), 0, "fallen");
    }

    function test_WhatEverybodySignedNeedsNoWindow() external {
        vm.etch(DISPUTES, address(new EverybodySigned()).code);
        Proposed memory proposed = _propose(_one(_pay(0, 3, 5)), 5);
        G2Point memory signature;
        vm.expectRevert(abi.encodeWithSelector(IConsentKeys.NobodySigned.selector));
        settlement.applyConsented(proposed.ref, proposed.parts[0], signature);
        signature.x0Low = bytes32(uint256(1));
        settlement.applyConsented(proposed.ref, proposed.parts[0], signature);
        assertEq(vault.lastApplied(LIME), 1, "applied");
        assertEq(vault.balanceOf(LIME, _home(3)), 10 * EUR + 5, "paid");
        assertEq(settlement.proposedAt(LIME, 1), block.timestamp, "proposed");
    }

    function test_SoundMovementsDoNotFall() external {
        Proposed memory proposed = _propose(_two(_pay(0, 1, 1), _pay(1, 2, 3)), 4);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.MovementsInOrder.selector));
        settlement.dropUnsound(proposed.ref, proposed.parts);
        Proposed memory none = _propose(new bytes[](0), 0);
        settlement.dropUnsound(none.ref, none.parts);
        assertEq(settlement.lastProposed(LIME), 1, "fallen");
    }

    function test_AnUnsoundPartIsLeftOut() external {
        Parts.Meant memory meant = Parts.none(HOMES);
        meant.money[3] = 4;
        Proposed memory proposed = _propose(_two(_pay(0, 1, 1), meant.pack()), 9);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotBegun.selector, LIME, 1));
        settlement.skipUnsound(proposed.ref, _hashes(proposed.parts), proposed.parts[1]);
        _applyPart(proposed, 0);
        vm.prank(STRANGER);
        settlement.skipUnsound(proposed.ref, _hashes(proposed.parts), proposed.parts[1]);
        assertEq(settlement.lastFinal(LIME), 1, "final");
        assertEq(coin.balanceOf(STRANGER), 50 * EUR, "half of the least bond");
    }

    function testFuzz_ABatchExpires(uint64 late, bool hasBegun) external {
        Proposed memory proposed = _propose(_two(_pay(0, 1, 2), _pay(1, 2, 3)), 5);
        uint256 expiresAt = block.timestamp + WINDOW + settlement.EXPIRY();
        vm.warp(block.timestamp + WINDOW);
        if (hasBegun) _applyPart(proposed, 0);
        vm.warp(expiresAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotExpired.selector, expiresAt, expiresAt - 1));
        settlement.dropExpired(proposed.ref);
        vm.warp(expiresAt + late % 365 days);
        settlement.dropExpired(proposed.ref);
        assertEq(settlement.lastProposed(LIME), hasBegun ? 1 : 0, "proposed");
        assertEq(settlement.lastFinal(LIME), hasBegun ? 1 : 0, "final");
        assertEq(vault.balanceOf(LIME, _home(1)), 10 * EUR + (hasBegun ? 2 : 0), "what was booked stays");
        assertEq(vault.bondOf(LIME), BOND - 100 * EUR, "bond");
    }

    function testFuzz_AWindowIsLengthenedOnce(uint40 by) external {
        Proposed memory proposed = _propose(_one(_pay(0, 1, 2)), 2);
        uint40 longer = uint40(within(by, 0, 7 days));
        vm.prank(GUARDIAN);
        settlement.lengthen(proposed.ref, longer);
        proposed.ref.state.closesAt += longer;
        proposed.ref.state.isLengthened = true;
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AlreadyLengthened.selector, LIME, 1));
        settlement.lengthen(proposed.ref, 0);
        vm.warp(proposed.ref.state.closesAt);
        _apply(proposed);
        assertEq(settlement.lastFinalSlot(LIME), 2, "slot");
    }

    function testFuzz_DemandsAreCounted(uint8 many) external {
        Proposed memory proposed = _propose(_one(_pay(0, 1, 2)), 2);
        uint256 count = within(many, 1, 20);
        for (uint256 i = 0; i < count; ++i) {
            vm.prank(DISPUTES);
            proposed.ref.state = settlement.countDemand(proposed.ref, false);
        }
        assertEq(proposed.ref.state.openDemands, count, "open");
        for (uint256 i = 0; i < count; ++i) {
            vm.prank(DISPUTES);
            proposed.ref.state = settlement.countDemand(proposed.ref, true);
        }
        vm.warp(block.timestamp + WINDOW);
        _apply(proposed);
        (bool isKept, bool isFinal) = settlement.statusOf(proposed.ref);
        assertTrue(isKept && isFinal, "status");
    }

    function testFuzz_PausesDoNotCountAsSilence(uint40 first, uint40 pause, uint40 rest) external {
        uint256 before = within(first, 0, 100 days);
        uint256 paused = within(pause, 0, 7 days);
        uint256 after_ = within(rest, 0, 100 days);
        vm.warp(GENESIS + before);
        vm.prank(GUARDIAN);
        settlement.pauseIntake(uint40(paused));
        assertEq(settlement.silentSince(LIME), GENESIS, "as the pause begins");
        vm.warp(GENESIS + before + paused / 2);
        assertEq(settlement.silentSince(LIME), GENESIS + paused / 2, "in the middle");
        vm.warp(GENESIS + before + paused + after_);
        assertEq(settlement.silentSince(LIME), GENESIS + paused, "after it");
        _propose(_one(Parts.none(HOMES).pack()), 0);
        assertEq(settlement.silentSince(LIME), block.timestamp, "heard");
        if (after_ < 30 days) vm.expectRevert(
            abi.encodeWithSelector(ISettlement.CoolingDown.selector, GENESIS + before + paused + 30 days)
        );
        vm.prank(GUARDIAN);
        settlement.pauseIntake(1);
    }

    function test_OpensANeighbourhoodOnce() external {
        ISettlement.Neighbourhood memory terms = _terms();
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NeighbourhoodExists.selector, LIME));
        settlement.openNeighbourhood(LIME, terms, _billTerms());
        assertEq(uint160(settlement.neighbourhoodOf(LIME).operator), uint160(OPERATOR), "operator");
        assertEq(uint160(settlement.disputes()), uint160(DISPUTES), "disputes");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.CannotLink.selector, address(this)));
        settlement.link(STRANGER, IConsentKeys(STRANGER));
    }

    function testFuzz_RefusesSlotsThatAreNotOver(uint64 firstSlot, uint64 lastSlot) external {
        BatchHeader memory header;
        (header.neighbourhood, header.number, header.firstSlot, header.lastSlot) = (LIME, 1, firstSlot, lastSlot);
        header.termsHash = keccak256(abi.encode(_billTerms()));
        bool isRight = firstSlot <= lastSlot && (uint256(lastSlot) + 1) * 900 <= block.timestamp;
        if (!isRight) vm.expectRevert(
            abi.encodeWithSelector(ISettlement.WrongSlots.selector, firstSlot, lastSlot, uint64(0))
        );
        vm.prank(OPERATOR);
        settlement.propose(header, 0, 0);
        assertEq(settlement.lastProposed(LIME), isRight ? 1 : 0, "proposed");
    }

    /// @dev The first slot that other terms can begin with when they are announced now.
    function _earliestTerms() private view returns (uint256) {
        return (block.timestamp + 7 days) / 900 + 97;
    }

    function _dearer() private pure returns (Terms memory) {
        return Terms(400_000, 80_000, 110_000, 25);
    }

    function testFuzz_TermsHoldForWholeBatchesFromTheirSlotOn(uint64 any, uint64 first, uint64 last) external {
        uint64 fromSlot = uint64(within(any, _earliestTerms(), 2 * _earliestTerms()));
        vm.prank(OPERATOR);
        settlement.announceTerms(LIME, _dearer(), fromSlot);
        vm.warp((uint256(fromSlot) + 20) * 900);
        BatchHeader memory header;
        (header.neighbourhood, header.number) = (LIME, 1);
        header.firstSlot = uint64(within(first, fromSlot - 5, fromSlot + 5));
        header.lastSlot = uint64(within(last, header.firstSlot, fromSlot + 10));
        bool isNew = header.lastSlot >= fromSlot;
        bytes32 agreed = keccak256(abi.encode(isNew ? _dearer() : _billTerms()));
        assertTrue(settlement.termsHashAt(LIME, header.lastSlot) == agreed, "agreed");
        bool isAcross = isNew && header.firstSlot < fromSlot;
        header.termsHash = keccak256(abi.encode(isNew ? _billTerms() : _dearer()));
        vm.prank(OPERATOR);
        vm.expectRevert(
            isAcross
                ? abi.encodeWithSelector(ISettlement.AcrossTerms.selector, fromSlot)
                : abi.encodeWithSelector(ISettlement.OtherTerms.selector, header.termsHash, agreed)
        );
        settlement.propose(header, 0, 0);
        header.termsHash = agreed;
        if (isAcross) vm.expectRevert(abi.encodeWithSelector(ISettlement.AcrossTerms.selector, fromSlot));
        vm.prank(OPERATOR);
        settlement.propose(header, 0, 0);
        assertEq(settlement.lastProposed(LIME), isAcross ? 0 : 1, "proposed");
    }

    function testFuzz_TermsAreAnnouncedInTimeByTheirOperatorAndOneAtATime(uint64 fromSlot, address caller) external {
        uint256 earliest = _earliestTerms();
        vm.prank(caller);
        if (caller != OPERATOR) vm.expectRevert(abi.encodeWithSelector(ISettlement.NotOperator.selector, caller));
        settlement.announceTerms(LIME, _dearer(), uint64(earliest));
        vm.prank(OPERATOR);
        if (caller == OPERATOR) vm.expectRevert(
            abi.encodeWithSelector(ISettlement.TermsAlreadyAnnounced.selector, earliest)
        );
        else if (fromSlot < earliest) vm.expectRevert(
            abi.encodeWithSelector(ISettlement.TermsTooSoon.selector, fromSlot, earliest)
        );
        settlement.announceTerms(LIME, _dearer(), fromSlot);
    }

    function test_TermsChangeOnceMoreWhenABatchOfTheLastChangeIsFinal() external {
        uint64 fromSlot = uint64(_earliestTerms());
        vm.prank(OPERATOR);
        settlement.announceTerms(LIME, _dearer(), fromSlot);
        vm.warp((uint256(fromSlot) + 1) * 900);
        BatchHeader memory header;
        (header.neighbourhood, header.number, header.firstSlot, header.lastSlot) = (LIME, 1, fromSlot, fromSlot);
        header.termsHash = keccak256(abi.encode(_dearer()));
        bytes memory part = Parts.none(HOMES).pack();
        bytes32 movementsHash = keccak256(abi.encode(keccak256(part)));
        BatchState memory state = BatchState(uint40(block.timestamp) + WINDOW, 0, 0, false);
        vm.prank(OPERATOR);
        settlement.propose(header, movementsHash, 0);
        vm.warp(block.timestamp + WINDOW);
        vault.applyBatch(LIME, 1, keccak256(abi.encode(header)), BatchDigest.pack(state), part);
        uint64 next = uint64(_earliestTerms());
        vm.prank(OPERATOR);
        settlement.announceTerms(LIME, _billTerms(), next);
        assertTrue(settlement.termsHashAt(LIME, next - 1) == keccak256(abi.encode(_dearer())), "before");
        assertTrue(settlement.termsHashAt(LIME, next) == keccak256(abi.encode(_billTerms())), "from then on");
    }
}
