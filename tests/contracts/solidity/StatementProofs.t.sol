// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Signed} from "../../../contracts/types/Evidence.sol";
import {StatementMessage} from "../../../contracts/types/SignedMessages.sol";
import {StatementLeaf} from "../../../contracts/types/StatementLeaf.sol";
import {DisputesBase} from "./DisputesBase.sol";

contract StatementProofsTest is DisputesBase {
    StatementMessage private statement;

    function setUp() public override {
        super.setUp();
        statement = statementOf(alice, "home-1", SLOT_NUMBER, 1_234);
    }

    /// @dev A batch of the one statement, signed by a key.
    function proposeSigned(uint256 privateKey) private returns (Signed memory signed) {
        signed = signatureOf(privateKey, digestOf(leafOf(statement, Signed("", "")).structHash));
        statements.push(leafOf(statement, signed));
        propose();
    }

    function test_LetsAnHonestStatementStand() public {
        Signed memory signed = proposeSigned(METER);
        expectNothingWrong();
        statementProofs.statementMisplaced(ref, header, statementsAt(0, 1));
        expectNothingWrong();
        statementProofs.deviceNotInService(ref, header, statementsAt(0, 1));
        expectNothingWrong();
        statementProofs.statementMismatched(ref, header, statementsAt(0, 1), statement);
        expectNothingWrong();
        statementProofs.statementNotSigned(ref, header, statementsAt(0, 1), signed);
        expectNothingWrong();
        statementProofs.estimateEarns(ref, header, statementsAt(0, 1));
    }

    function testFuzz_KnowsTheOrderOfAnyTwoStatements(address a, uint64 slotA, address b, uint64 slotB, bool isOne) public {
        if (isOne) b = a;
        Signed memory nobody = Signed("", "");
        statements.push(leafOf(statementOf(a, "home-1", slotA, 0), nobody));
        statements.push(leafOf(statementOf(b, "home-1", slotB, 0), nobody));
        propose();
        bool isRight = a == b ? slotA < slotB : a < b;
        if (isRight) expectNothingWrong();
        vm.prank(CHALLENGER);
        statementProofs.statementsOutOfOrder(ref, header, statementsAt(0, 2));
        if (!isRight) assertFell(CHALLENGER);
    }

    function testFuzz_HoldsStatementsToTheBatchsSlots(uint8 away) public {
        statement.slot = SLOT_NUMBER - 3 + (away % 7);
        proposeSigned(METER);
        bool isOutside = away % 7 < 2 || away % 7 > 4;
        if (!isOutside) expectNothingWrong();
        vm.prank(CHALLENGER);
        statementProofs.statementMisplaced(ref, header, statementsAt(0, 1));
        if (isOutside) assertFell(CHALLENGER);
    }

    /// @dev A device that is suspended at any second counts for the slots that were over before.
    function testFuzz_JudgesADeviceByTheSlotsLastSecond(uint16 second, bool isEstimated) public {
        uint256 lastSecond = registry.lastSecondOf(SLOT_NUMBER);
        uint256 suspendedAt = lastSecond - 500 + (second % 1_000);
        vm.warp(suspendedAt);
        vm.prank(GUARDIAN);
        registry.suspend(device, uint48(suspendedAt + 1 days));
        statement.estimated = isEstimated;
        proposeSigned(METER);
        bool isWrong = !isEstimated && suspendedAt <= lastSecond;
        if (!isWrong) expectNothingWrong();
        vm.prank(CHALLENGER);
        statementProofs.deviceNotInService(ref, header, statementsAt(0, 1));
        if (isWrong) assertFell(CHALLENGER);
    }

    function test_FallsIfNobodyKnowsTheDevice() public {
        statement.deviceId = "ghost";
        Signed memory signed = proposeSigned(METER);
        vm.prank(CHALLENGER);
        statementProofs.deviceNotInService(ref, header, statementsAt(0, 1));
        assertFell(CHALLENGER);
        market.propose(ref);
        vm.prank(CHALLENGER);
        statementProofs.statementNotSigned(ref, header, statementsAt(0, 1), signed);
        assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfTheLeafSaysSomethingElse(uint8 field) public {
        Signed memory signed = Signed("", "");
        if (field % 8 == 0) statement.neighbourhood = "elm-road";
        StatementLeaf memory leaf = leafOf(statement, signed);
        if (field % 8 == 1) leaf.account = bob;
        if (field % 8 == 2) leaf.slot += 1;
        if (field % 8 == 3) leaf.importWh += 1;
        if (field % 8 == 4) leaf.exportWh += 1;
        if (field % 8 == 5) leaf.isEstimated = true;
        if (field % 8 == 6) leaf.deviceName = keccak256("home-2");
        statements.push(leaf);
        propose();
        if (field % 8 == 7) expectNothingWrong();
        vm.prank(CHALLENGER);
        statementProofs.statementMismatched(ref, header, statementsAt(0, 1), statement);
        if (field % 8 != 7) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfAnotherKeySigned(uint8 who, bool isEstimated) public {
        statement.estimated = isEstimated;
        uint256 signer = who % 3 == 0 ? METER : who % 3 == 1 ? ALICE : 0xbad;
        Signed memory signed = proposeSigned(signer);
        bool isWrong = !isEstimated && signer != METER;
        if (!isWrong) expectNothingWrong();
        vm.prank(CHALLENGER);
        statementProofs.statementNotSigned(ref, header, statementsAt(0, 1), signed);
        if (isWrong) assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfAnyByteOfTheSignatureIsAnother(uint8 place, uint8 by) public {
        Signed memory signed = signatureOf(METER, digestOf(leafOf(statement, Signed("", "")).structHash));
        signed.signature[place % 65] ^= bytes1(uint8(within(by, 1, 255)));
        statements.push(leafOf(statement, signed));
        propose();
        vm.prank(CHALLENGER);
        statementProofs.statementNotSigned(ref, header, statementsAt(0, 1), signed);
        assertFell(CHALLENGER);
    }

    function testFuzz_FallsIfAnEstimateEarns(bool isEstimated, bool earnsCredit) public {
        StatementLeaf memory leaf = leafOf(statement, Signed("", ""));
        (leaf.isEstimated, leaf.earnsCredit) = (isEstimated, earnsCredit);
        statements.push(leaf);
        propose();
        if (!(isEstimated && earnsCredit)) expectNothingWrong();
        vm.prank(CHALLENGER);
        statementProofs.estimateEarns(ref, header, statementsAt(0, 1));
        if (isEstimated && earnsCredit) assertFell(CHALLENGER);
    }
}
