// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {IGreenCertificate} from "../../../contracts/interfaces/IGreenCertificate.sol";
import {CreditBase} from "./CreditBase.sol";

/// @notice How certificates come to be, travel and are claimed.
contract CertificatesTest is CreditBase {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);

    function setUp() public override {
        super.setUp();
        claim(0, sharesOf(0));
        claim(1, sharesOf(1));
        vm.prank(buyerAt(0));
        credit.setOperator(address(certificate), true);
    }

    /// @dev Makes certificates of the first buyer's credits.
    function issue(address to, uint256 source, uint256 amountWh) private returns (uint256) {
        vm.prank(buyerAt(0));
        return certificate.issue(to, originAt(source), amountWh, "");
    }

    function asBatch(uint256 a, uint256 b) private pure returns (uint256[] memory both) {
        both = new uint256[](2);
        (both[0], both[1]) = (a, b);
    }

    function test_IssuesOneForOneOutOfRetiredCredits() public {
        uint256 id = issue(ALICE, 0, 60);
        assertEq(id, idAt(0), "the credit's id");
        assertEq(certificate.balanceOf(ALICE, id), 60, "certificates");
        assertEq(credit.balanceOf(buyerAt(0), id), 40, "credits left");
        assertEq(credit.retiredWhOf(id), 60, "credits retired");
        assertTrue(certificate.isBacked(id), "is backed");
        (address issuer, uint256 topic, bytes memory validityCall, bytes memory data) = certificate.getCertificate(id);
        assertTrue(issuer == address(certificate) && topic == certificate.claimTopic(), "issuer and topic");
        assertTrue(keccak256(data) == keccak256(abi.encode(originAt(0))), "origin");
        (bool isDone, bytes memory answer) = issuer.call(validityCall);
        assertTrue(isDone && abi.decode(answer, (bool)), "the issuer says that it is valid");
    }

    function test_RefusesToIssueWithoutCredits() public {
        uint256 id = idAt(0);
        bytes memory exactly = abi.encodeWithSelector(ERC6909.ERC6909InsufficientBalance.selector, buyerAt(0), 100, 101, id);
        vm.prank(buyerAt(0));
        vm.expectRevert(exactly);
        certificate.issue(ALICE, originAt(0), 101, "");
        exactly = abi.encodeWithSelector(ERC6909.ERC6909InsufficientAllowance.selector, address(certificate), 0, 1, id);
        vm.prank(buyerAt(1));
        vm.expectRevert(exactly);
        certificate.issue(ALICE, originAt(0), 1, "");
        vm.prank(buyerAt(0));
        vm.expectRevert(abi.encodeWithSelector(IGreenCertificate.ZeroAmount.selector, id));
        certificate.issue(ALICE, originAt(0), 0, "");
        vm.prank(buyerAt(0));
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(0)));
        certificate.issue(address(0), originAt(0), 1, "");
        vm.expectRevert(abi.encodeWithSelector(IGreenCertificate.UnknownCertificate.selector, id));
        certificate.getCertificate(id);
        assertTrue(!certificate.isBacked(id), "there is none");
        assertEq(credit.retiredWh(), 0, "nothing was retired");
    }

    function test_IsClaimedByItsOwner() public {
        uint256 id = issue(ALICE, 0, 60);
        vm.prank(ALICE);
        certificate.safeTransferAndClaimFrom(ALICE, ALICE, id, 20, "", "my heat pump");
        assertEq(certificate.balanceOf(ALICE, id), 40, "circulating");
        assertEq(certificate.claimedBalanceOf(ALICE, id), 20, "claimed");
        vm.prank(ALICE);
        certificate.safeTransferAndClaimFrom(ALICE, BOB, id, 40, "", "Bob's heat pump");
        assertEq(certificate.balanceOf(ALICE, id) + certificate.balanceOf(BOB, id), 0, "none circulates");
        assertEq(certificate.claimedBalanceOf(BOB, id), 40, "claimed for Bob");
        bytes memory exactly = abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, ALICE, 0, 1, id);
        vm.prank(ALICE);
        vm.expectRevert(exactly);
        certificate.safeTransferAndClaimFrom(ALICE, ALICE, id, 1, "", "again");
    }

    function test_IsClaimedByNobodyElse() public {
        uint256 id = issue(ALICE, 0, 60);
        bytes memory exactly = abi.encodeWithSelector(IERC1155Errors.ERC1155MissingApprovalForAll.selector, BOB, ALICE);
        vm.prank(BOB);
        vm.expectRevert(exactly);
        certificate.safeTransferAndClaimFrom(ALICE, BOB, id, 1, "", "mine");
        vm.prank(BOB);
        vm.expectRevert(exactly);
        certificate.safeBatchTransferAndClaimFrom(ALICE, BOB, asBatch(id, id), asBatch(1, 1), "", new bytes[](2));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IGreenCertificate.ZeroAmount.selector, id));
        certificate.safeTransferAndClaimFrom(ALICE, ALICE, id, 0, "", "nothing");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(0)));
        certificate.safeTransferAndClaimFrom(ALICE, address(0), id, 1, "", "nobody's");
        vm.prank(ALICE);
        certificate.setApprovalForAll(BOB, true);
        vm.prank(BOB);
        certificate.safeTransferAndClaimFrom(ALICE, BOB, id, 1, "", "allowed");
        assertEq(certificate.claimedBalanceOf(BOB, id), 1, "claimed by whom the owner approved");
    }

    function test_SeveralAreClaimedAtOnceOrNone() public {
        uint256[] memory ids = asBatch(issue(ALICE, 0, 60), issue(ALICE, 1, 80));
        bytes[] memory said = new bytes[](2);
        (said[0], said[1]) = ("car", "oven");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IGreenCertificate.WrongLength.selector, 1, 2));
        certificate.safeBatchTransferAndClaimFrom(ALICE, BOB, ids, asBatch(1, 1), "", new bytes[](1));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 2, 1));
        certificate.safeBatchTransferAndClaimFrom(ALICE, BOB, ids, new uint256[](1), "", said);
        bytes memory exactly = abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, ALICE, 80, 81, ids[1]);
        vm.prank(ALICE);
        vm.expectRevert(exactly);
        certificate.safeBatchTransferAndClaimFrom(ALICE, BOB, ids, asBatch(1, 81), "", said);
        vm.prank(ALICE);
        certificate.safeBatchTransferAndClaimFrom(ALICE, BOB, ids, asBatch(60, 30), "", said);
        address[] memory owners = new address[](2);
        (owners[0], owners[1]) = (BOB, BOB);
        uint256[] memory claimedWh = certificate.claimedBalanceOfBatch(owners, ids);
        assertEq(claimedWh[0], 60, "claimed of the first");
        assertEq(claimedWh[1], 30, "claimed of the second");
        assertEq(certificate.balanceOf(ALICE, ids[1]), 50, "circulating of the second");
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 2, 1));
        certificate.claimedBalanceOfBatch(new address[](1), ids);
    }
}
