// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataDemands} from "../../../contracts/interfaces/IDataDemands.sol";
import {IDisputes} from "../../../contracts/interfaces/IDisputes.sol";
import {IHearing} from "../../../contracts/interfaces/IHearing.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {Bill} from "../../../contracts/types/Bill.sol";
import {Bills, Legs, Signed, Statements} from "../../../contracts/types/Evidence.sol";
import {Fault} from "../../../contracts/types/Fault.sol";
import {Leg} from "../../../contracts/types/Leg.sol";
import {OrderMessage, StatementMessage} from "../../../contracts/types/SignedMessages.sol";
import {DisputesBase} from "./DisputesBase.sol";

contract DataDemandsTest is DisputesBase {
    uint256 private constant DEPOSIT = 5_000_000;

    IDataDemands.SignedOrder[] private orders;
    IDataDemands.Metered private metered;

    /// @dev Alice has three legs, a statement and a bill of the slot; somebody below and above her has leaves, too.
    function setUp() public override {
        super.setUp();
        fundDemands(alice);
        for (uint64 i = 0; i < 5; ++i) {
            address account = i == 0 ? address(1) : i == 4 ? address(type(uint160).max) : alice;
            OrderMessage memory order = orderOf(account, "sell", 100, i);
            Signed memory signed_ = signatureOf(ALICE, idOf(order));
            Leg memory leg = legOf(order, signed_);
            leg.sequence = i;
            orders.push(IDataDemands.SignedOrder(order, signed_));
            legs.push(leg);
        }
        StatementMessage memory message = statementOf(alice, "home-1", SLOT_NUMBER, 9);
        Signed memory signed = signatureOf(METER, digestOf(leafOf(message, Signed("", "")).structHash));
        metered.message = message;
        metered.signed = signed;
        statements.push(leafOf(message, signed));
        for (uint160 i = 0; i < 3; ++i) {
            Bill memory bill;
            (bill.account, bill.slot) = (address(uint160(alice) - 1 + i), SLOT_NUMBER);
            bills.push(bill);
        }
        propose();
        vm.warp(block.timestamp + 1);
    }

    function fundDemands(address account) private {
        coin.mint(account, DEPOSIT);
        vm.prank(account);
        coin.approve(address(disputes), DEPOSIT);
    }

    function demand() private {
        vm.prank(alice);
        disputes.demandData(ref, header, SLOT_NUMBER);
        ++ref.state.openDemands;
    }

    function showHome(Statements memory shown, Bills memory bills_) private {
        IDataDemands.Metered memory evidence = metered;
        evidence.statements = shown;
        disputes.showHome(ref, header, alice, SLOT_NUMBER, rates, evidence, bills_);
    }

    function showLegs(uint256 first, uint256 count, uint256 firstOrder, uint256 orders_) private {
        IDataDemands.SignedOrder[] memory signed = new IDataDemands.SignedOrder[](orders_);
        for (uint256 i = 0; i < orders_; ++i) signed[i] = orders[firstOrder + i];
        Legs memory shown;
        if (legs.length != 0) shown = legsAt(first, count);
        disputes.showLegs(ref, header, alice, SLOT_NUMBER, shown, signed);
    }

    function assertAnswered() private {
        --ref.state.openDemands;
        (bool isKept, ) = market.statusOf(ref);
        assertTrue(isKept, "nothing is demanded any more");
        assertEq(coin.balanceOf(market.OPERATOR()), DEPOSIT, "the operator has the deposit");
        assertEq(coin.balanceOf(address(disputes)), 0, "nothing is kept");
    }

    function test_IsAnsweredAtOnce() public {
        demand();
        IDataDemands.Demand memory open = disputes.demandOf(ref, alice, SLOT_NUMBER);
        assertEq(open.answerBy, block.timestamp + WINDOW / 4, "time to answer");
        showHome(statementsAt(0, 1), billsAt(0, 3));
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.AlreadyShown.selector, alice, SLOT_NUMBER));
        showHome(statementsAt(0, 1), billsAt(0, 3));
        showLegs(0, 5, 1, 3);
        assertAnswered();
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.AlreadyDemanded.selector, alice, SLOT_NUMBER));
        vm.prank(alice);
        disputes.demandData(ref, header, SLOT_NUMBER);
    }

    /// @dev The legs in two pieces, wherever they are cut.
    function testFuzz_IsAnsweredInPieces(uint8 cut) public {
        uint256 place = within(cut, 1, 4);
        demand();
        showLegs(0, place, 1, place - 1);
        if (place != 4) {
            vm.expectRevert(abi.encodeWithSelector(IDataDemands.Incomplete.selector, place + 1));
            showLegs(place + 1, 4 - place, place + 1, 3 - place);
        }
        showLegs(place, 5 - place, place, 4 - place);
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.AlreadyShown.selector, alice, SLOT_NUMBER));
        showLegs(place, 5 - place, place, 4 - place);
        showHome(statementsAt(0, 1), billsAt(0, 3));
        assertAnswered();
    }

    function test_IsAnsweredByEmptyTrees() public {
        delete legs;
        delete bills;
        delete statements;
        propose();
        vm.warp(block.timestamp + 1);
        demand();
        showLegs(0, 0, 0, 0);
        Statements memory noStatements;
        Bills memory noBills;
        showHome(noStatements, noBills);
        assertAnswered();
    }

    function test_IsNotAnsweredByLess() public {
        demand();
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.Incomplete.selector, 2));
        showLegs(2, 3, 2, 2);
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 2));
        showLegs(0, 5, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongLeafCount.selector, 4));
        showLegs(0, 5, 1, 4);
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.Incomplete.selector, 1));
        showHome(statementsAt(0, 1), billsAt(1, 2));
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.Incomplete.selector, 1));
        showHome(statementsAt(0, 1), billsAt(0, 2));
    }

    /// @dev A tree that is not sorted cannot hide a leg behind another account's.
    function test_IsNotAnsweredAcrossAnotherAccountsLeg() public {
        legs[2].account = address(type(uint160).max);
        propose();
        vm.warp(block.timestamp + 1);
        demand();
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.Incomplete.selector, 2));
        showLegs(0, 4, 1, 2);
        legs[2].account = address(1);
        propose();
        vm.warp(block.timestamp + 1);
        fundDemands(alice);
        demand();
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.Incomplete.selector, 2));
        showLegs(0, 4, 1, 2);
    }

    function testFuzz_MakesTheBatchFallAfterItsTime(uint32 later, bool isHomeShown) public {
        demand();
        if (isHomeShown) showHome(statementsAt(0, 1), billsAt(0, 3));
        uint256 answerBy = block.timestamp + WINDOW / 4;
        vm.warp(block.timestamp + (later % (WINDOW / 2)));
        bool isOver = block.timestamp > answerBy;
        if (!isOver) {
            vm.expectRevert(abi.encodeWithSelector(IDataDemands.StillTime.selector, answerBy, block.timestamp));
            disputes.dropWithheld(ref, alice, SLOT_NUMBER);
            return;
        }
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.TooLate.selector, answerBy, block.timestamp));
        showLegs(0, 5, 1, 3);
        disputes.dropWithheld(ref, alice, SLOT_NUMBER);
        assertFell(alice);
        assertEq(coin.balanceOf(alice), DEPOSIT, "the deposit came back");
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.NotDemanded.selector, alice, SLOT_NUMBER));
        disputes.dropWithheld(ref, alice, SLOT_NUMBER);
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.NotDemanded.selector, alice, SLOT_NUMBER));
        disputes.returnDeposit(ref, alice, SLOT_NUMBER);
    }

    function test_ReturnsTheDepositOfWhatFellOtherwise() public {
        demand();
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.StillOpen.selector, alice, SLOT_NUMBER));
        disputes.returnDeposit(ref, alice, SLOT_NUMBER);
        market.drop();
        disputes.returnDeposit(ref, alice, SLOT_NUMBER);
        assertEq(coin.balanceOf(alice), DEPOSIT, "the deposit came back");
    }

    function test_DoesNotCountForTheSameBatchProposedAgain() public {
        demand();
        --ref.state.openDemands;
        vm.warp(block.timestamp + WINDOW / 4 + 1);
        market.propose(ref);
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.NotDemanded.selector, alice, SLOT_NUMBER));
        disputes.dropWithheld(ref, alice, SLOT_NUMBER);
        // In the second of the proposal none is taken, so that none can be mistaken.
        uint256 until = ref.state.closesAt - WINDOW / 2;
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataDemands.OutsideDemandTime.selector,
                block.timestamp + 1,
                until,
                block.timestamp
            )
        );
        vm.prank(alice);
        disputes.demandData(ref, header, SLOT_NUMBER);
        vm.warp(block.timestamp + 1);
        demand();
        assertEq(coin.balanceOf(address(disputes)), DEPOSIT, "one deposit for both");
    }

    function test_IsMadeByWhoHasMoneyAndInTime() public {
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.NoBalance.selector, STRANGER));
        vm.prank(STRANGER);
        disputes.demandData(ref, header, SLOT_NUMBER);
        bytes memory refusal =
            abi.encodeWithSelector(IDataDemands.SlotNotInBatch.selector, 7, header.firstSlot, header.lastSlot);
        vm.expectRevert(refusal);
        vm.prank(alice);
        disputes.demandData(ref, header, 7);
        vm.warp(ref.state.closesAt - WINDOW / 2);
        market.lock(alice, 1);
        demand();
        vm.warp(block.timestamp + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataDemands.OutsideDemandTime.selector,
                market.proposedAt_() + 1,
                block.timestamp - 1,
                block.timestamp
            )
        );
        vm.prank(bob);
        disputes.demandData(ref, header, SLOT_NUMBER);
    }

    function test_HearsNothingOfWhatIsFinalOrOtherwise() public {
        ISettlement.BatchRef memory other = ref;
        other.number = 2;
        vm.expectRevert(abi.encodeWithSelector(IVault.NotAsProposed.selector, STREET, 2));
        legProofs.legMisplaced(other, header, legsAt(0, 1));
        header.tradedWh = 1;
        bytes32 hash = keccak256(abi.encode(header));
        vm.expectRevert(abi.encodeWithSelector(IHearing.WrongHeader.selector, hash, ref.headerHash));
        legProofs.legMisplaced(ref, header, legsAt(0, 1));
        header.tradedWh = 0;
        market.finish();
        vm.expectRevert(abi.encodeWithSelector(ISettlement.AlreadyFinal.selector, STREET, 1));
        legProofs.legMisplaced(ref, header, legsAt(0, 1));
    }

    function test_BelievesItsCourtsAlone() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotCourt.selector, address(this)));
        disputes.uphold(ref, Fault.DataWithheld, address(this));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.CannotLink.selector, address(this)));
        disputes.link(new address[](0));
        IDisputes fresh = newDisputes();
        vm.expectRevert(abi.encodeWithSelector(IDisputes.CannotLink.selector, STRANGER));
        vm.prank(STRANGER);
        fresh.link(new address[](0));
        assertTrue(disputes.isCourt(address(legProofs)) && !fresh.isCourt(address(legProofs)), "its own courts");
    }
}
