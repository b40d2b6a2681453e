// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {IEnergyCredit} from "../../../contracts/interfaces/IEnergyCredit.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {BatchHeader} from "../../../contracts/types/BatchHeader.sol";
import {IndexedTree} from "../../../contracts/types/IndexedTree.sol";
import {CreditBase} from "./CreditBase.sol";

/// @notice What earns credits, and what does not.
contract CreditClaimsTest is CreditBase {
    /// @dev Claims the first source's shares of a batch with a header of the test's own, and expects a refusal.
    function refuses(bytes memory exactly, BatchHeader memory batch) private {
        ISettlement.BatchRef memory ref = refOf(batch);
        IEnergyCredit.Source memory source = sourceOf(0);
        IEnergyCredit.Share[] memory shares = sharesOf(0);
        vm.expectRevert(exactly);
        credit.claim(ref, batch, source, shares);
        assertEq(credit.mintedWh(), 0, "nothing was minted");
    }

    function test_MintsEachShareOnce() public {
        claim(0, sharesOf(0));
        uint256 id = idAt(0);
        for (uint256 j = 0; j < BUYERS; ++j) {
            assertEq(credit.balanceOf(buyerAt(j), id), soldWh[0][j], "credits of a buyer");
            assertTrue(credit.claimed(id, buyerAt(j)), "has had them");
        }
        assertEq(credit.mintedWhOf(id), 406, "minted of the id");
        assertEq(credit.totalSupply(id), 406, "supply of the id");
        assertEq(credit.mintedWh(), 406, "minted in all");
        IEnergyCredit.Share[] memory again = only(shareOf(0, 2));
        BatchHeader memory batch = header();
        ISettlement.BatchRef memory ref = refOf(batch);
        IEnergyCredit.Source memory source = sourceOf(0);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCredit.AlreadyClaimed.selector, buyerAt(2), id));
        credit.claim(ref, batch, source, again);
    }

    /// @dev One call that names one leaf twice would be the double mint of other people's contracts.
    function test_RefusesOneLeafTwiceInOneCall() public {
        IEnergyCredit.Share[] memory twice = new IEnergyCredit.Share[](2);
        (twice[0], twice[1]) = (shareOf(0, 1), shareOf(0, 1));
        BatchHeader memory batch = header();
        ISettlement.BatchRef memory ref = refOf(batch);
        IEnergyCredit.Source memory source = sourceOf(0);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCredit.AlreadyClaimed.selector, buyerAt(1), idAt(0)));
        credit.claim(ref, batch, source, twice);
    }

    /// @dev I4, where a final batch's credits are more than the export: who comes later goes without.
    function test_RefusesCreditsAboveTheExport() public {
        IEnergyCredit.Share[] memory shares = sharesOf(2);
        BatchHeader memory batch = header();
        ISettlement.BatchRef memory ref = refOf(batch);
        IEnergyCredit.Source memory source = sourceOf(2);
        bytes memory above = abi.encodeWithSelector(IEnergyCredit.AboveExport.selector, idAt(2), 2_703, 903, 3_000);
        vm.expectRevert(above);
        credit.claim(ref, batch, source, shares);
        for (uint256 j = 0; j < 3; ++j) claim(2, only(shareOf(2, j)));
        IEnergyCredit.Share[] memory last = only(shareOf(2, 3));
        vm.expectRevert(above);
        credit.claim(ref, batch, source, last);
        assertEq(credit.mintedWhOf(idAt(2)), 2_703, "minted of the id");
    }

    /// @dev I4 for any leaf of any size.
    function testFuzz_NeverMintsAboveTheExport(uint64 exportWh, uint256 firstWh, uint256 secondWh, bool isSmall) public {
        if (isSmall) (firstWh, secondWh) = (within(firstWh, 0, exportWh), within(secondWh, 0, exportWh));
        statements[0].exportWh = exportWh;
        (soldWh[0][0], soldWh[0][1]) = (firstWh, secondWh);
        uint256 mintedWh;
        for (uint256 j = 0; j < 2; ++j) {
            bool fits = soldWh[0][j] <= exportWh - mintedWh;
            BatchHeader memory batch = header();
            try credit.claim(refOf(batch), batch, sourceOf(0), only(shareOf(0, j))) {
                assertTrue(fits, "minted above the export");
                mintedWh += soldWh[0][j];
            } catch {
                assertTrue(!fits, "refused what fits");
            }
            assertEq(credit.mintedWhOf(idAt(0)), mintedWh, "minted of the id");
            assertEq(credit.mintedWh(), mintedWh, "minted in all");
        }
    }

    function test_RefusesABatchThatIsNotFinal() public {
        around.set(false, true, true);
        refuses(abi.encodeWithSelector(IEnergyCredit.BatchNotFinal.selector, STREET, 1), header());
    }

    function test_RefusesAnotherHeader() public {
        BatchHeader memory batch = header();
        ISettlement.BatchRef memory ref = refOf(batch);
        batch.tradedWh = 1;
        IEnergyCredit.Source memory source = sourceOf(0);
        IEnergyCredit.Share[] memory shares = sharesOf(0);
        bytes32 found = keccak256(abi.encode(batch));
        vm.expectRevert(abi.encodeWithSelector(IEnergyCredit.WrongHeader.selector, found, ref.headerHash));
        credit.claim(ref, batch, source, shares);
    }

    function test_RefusesASlotOfAnotherBatch() public {
        BatchHeader memory batch = header();
        (batch.firstSlot, batch.lastSlot) = (SLOT + 1, SLOT + 4);
        refuses(abi.encodeWithSelector(IEnergyCredit.SlotNotInBatch.selector, SLOT, SLOT + 1, SLOT + 4), batch);
        (batch.firstSlot, batch.lastSlot) = (SLOT - 4, SLOT - 1);
        refuses(abi.encodeWithSelector(IEnergyCredit.SlotNotInBatch.selector, SLOT, SLOT - 4, SLOT - 1), batch);
    }

    function test_RefusesAStatementThatIsNotInTheBatch() public {
        BatchHeader memory batch = header();
        ISettlement.BatchRef memory ref = refOf(batch);
        IEnergyCredit.Source memory source = sourceOf(0);
        source.statement.exportWh += 1;
        IEnergyCredit.Share[] memory shares = sharesOf(0);
        vm.expectRevert(abi.encodeWithSelector(IndexedTree.NotUnderRoot.selector, batch.statementsRoot, 0));
        credit.claim(ref, batch, source, shares);
    }

    function test_RefusesWhatAttestsNothing() public {
        bytes memory exactly = abi.encodeWithSelector(IEnergyCredit.NotAttested.selector, sourceAt(0), SLOT);
        statements[0].isEstimated = true;
        refuses(exactly, header());
        (statements[0].isEstimated, statements[0].earnsCredit) = (false, false);
        refuses(exactly, header());
    }

    function test_RefusesADeviceThatIsUnknownOrOutOfService() public {
        bytes32 name = statements[0].deviceName;
        bytes memory exactly = abi.encodeWithSelector(IEnergyCredit.DeviceNotInService.selector, name, sourceAt(0), SLOT);
        around.set(true, false, true);
        refuses(exactly, header());
        around.set(true, true, false);
        refuses(exactly, header());
        around.set(true, true, true);
        statements[0].deviceName = "another's";
        exactly = abi.encodeWithSelector(IEnergyCredit.DeviceNotInService.selector, bytes32("another's"), sourceAt(0), SLOT);
        refuses(exactly, header());
    }

    function test_RefusesALeafOfAnotherAmountAccountOrSource() public {
        BatchHeader memory batch = header();
        ISettlement.BatchRef memory ref = refOf(batch);
        IEnergyCredit.Source memory source = sourceOf(0);
        IEnergyCredit.Share memory share = shareOf(0, 0);
        share.amountWh += 1;
        IEnergyCredit.Share[] memory shares = only(share);
        bytes memory exactly = abi.encodeWithSelector(IEnergyCredit.WrongProof.selector, buyerAt(0), idAt(0), 101);
        vm.expectRevert(exactly);
        credit.claim(ref, batch, source, shares);
        shares[0].amountWh -= 1;
        shares[0].account = buyerAt(1);
        exactly = abi.encodeWithSelector(IEnergyCredit.WrongProof.selector, buyerAt(1), idAt(0), 100);
        vm.expectRevert(exactly);
        credit.claim(ref, batch, source, shares);
        shares = only(shareOf(1, 0));
        exactly = abi.encodeWithSelector(IEnergyCredit.WrongProof.selector, buyerAt(0), idAt(0), 200);
        vm.expectRevert(exactly);
        credit.claim(ref, batch, source, shares);
    }

    function test_RetiresForTheOwnerItsOperatorAndOutOfAnAllowance() public {
        claim(0, sharesOf(0));
        uint256 id = idAt(0);
        vm.prank(buyerAt(0));
        credit.retire(id, 40);
        bytes memory none = abi.encodeWithSelector(ERC6909.ERC6909InsufficientAllowance.selector, address(this), 0, 10, id);
        vm.expectRevert(none);
        credit.retireFrom(buyerAt(0), id, 10);
        vm.prank(buyerAt(0));
        credit.approve(address(this), id, 10);
        credit.retireFrom(buyerAt(0), id, 10);
        vm.expectRevert(none);
        credit.retireFrom(buyerAt(0), id, 10);
        vm.prank(buyerAt(0));
        credit.setOperator(address(this), true);
        credit.retireFrom(buyerAt(0), id, 50);
        bytes memory empty = abi.encodeWithSelector(ERC6909.ERC6909InsufficientBalance.selector, buyerAt(0), 0, 1, id);
        vm.expectRevert(empty);
        credit.retireFrom(buyerAt(0), id, 1);
        assertEq(credit.retiredWhOf(id), 100, "retired of the id");
        assertEq(credit.retiredWh(), 100, "retired in all");
        assertEq(credit.totalSupply(id), 306, "supply of the id");
    }
}
