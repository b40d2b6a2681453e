// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {CreditBase} from "./CreditBase.sol";
import {IWholeCertificate} from "./WholeContracts.sol";

/// @notice Receives certificates, and calls back while it does.
contract HostileReceiver is ERC1155Holder {
    IWholeCertificate private immutable certificate;
    bytes private _call;
    bool private _isLoud;
    bytes public outcome;

    constructor(IWholeCertificate certificate_) {
        certificate = certificate_;
    }

    /// @param isLoud whether it fails as its call fails
    function callBack(bytes calldata call, bool isLoud) external {
        (_call, _isLoud, outcome) = (call, isLoud, "");
    }

    function onERC1155Received(address a, address b, uint256 c, uint256 d, bytes memory e)
        public
        override
        returns (bytes4)
    {
        _reenter();
        return super.onERC1155Received(a, b, c, d, e);
    }

    function onERC1155BatchReceived(address a, address b, uint256[] memory c, uint256[] memory d, bytes memory e)
        public
        override
        returns (bytes4)
    {
        _reenter();
        return super.onERC1155BatchReceived(a, b, c, d, e);
    }

    function _reenter() private {
        (bool isDone, bytes memory answer) = address(certificate).call(_call);
        outcome = answer;
        if (!_isLoud || isDone) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}

/// @notice A receiver that calls back gets nowhere.
contract CertificateReentryTest is CreditBase {
    bytes private constant REENTERED = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);

    HostileReceiver private hostile;
    uint256 private id;

    /// @dev The receiver has 30 certificates, and 30 credits to make others of; this contract's buyer has 20 and 50.
    function setUp() public override {
        super.setUp();
        claim(0, sharesOf(0));
        id = idAt(0);
        hostile = new HostileReceiver(certificate);
        vm.prank(buyerAt(0));
        credit.setOperator(address(certificate), true);
        vm.prank(buyerAt(0));
        certificate.issue(buyerAt(0), originAt(0), 20, "");
        vm.prank(buyerAt(1));
        credit.transfer(address(hostile), id, 60);
        vm.prank(address(hostile));
        credit.setOperator(address(certificate), true);
        hostile.callBack(abi.encodeCall(certificate.claimTopic, ()), false);
        vm.prank(address(hostile));
        certificate.issue(address(hostile), originAt(0), 30, "");
    }

    /// @dev Every door by which certificates move.
    function doors() private view returns (bytes[5] memory calls) {
        address self = address(hostile);
        uint256[] memory ids = new uint256[](1);
        uint256[] memory ones = new uint256[](1);
        (ids[0], ones[0]) = (id, 1);
        calls[0] = abi.encodeCall(certificate.issue, (self, originAt(0), 1, ""));
        calls[1] = abi.encodeCall(certificate.safeTransferFrom, (self, address(1), id, 1, ""));
        calls[2] = abi.encodeCall(certificate.safeBatchTransferFrom, (self, address(1), ids, ones, ""));
        calls[3] = abi.encodeCall(certificate.safeTransferAndClaimFrom, (self, self, id, 1, "", ""));
        calls[4] = abi.encodeCall(
            certificate.safeBatchTransferAndClaimFrom, (self, self, ids, ones, "", new bytes[](1))
        );
    }

    /// @dev Every way by which the buyer makes the receiver be asked.
    function ways() private view returns (bytes[5] memory calls) {
        uint256[] memory ids = new uint256[](1);
        uint256[] memory ones = new uint256[](1);
        (ids[0], ones[0]) = (id, 1);
        address to = address(hostile);
        calls[0] = abi.encodeCall(certificate.issue, (to, originAt(0), 1, ""));
        calls[1] = abi.encodeCall(certificate.safeTransferFrom, (buyerAt(0), to, id, 1, ""));
        calls[2] = abi.encodeCall(certificate.safeBatchTransferFrom, (buyerAt(0), to, ids, ones, ""));
        calls[3] = abi.encodeCall(certificate.safeTransferAndClaimFrom, (buyerAt(0), to, id, 1, "", ""));
        calls[4] = abi.encodeCall(
            certificate.safeBatchTransferAndClaimFrom, (buyerAt(0), to, ids, ones, "", new bytes[](1))
        );
    }

    function test_NothingMovesWhileAReceiverIsAsked() public {
        for (uint256 way = 0; way < 5; ++way) {
            for (uint256 door = 0; door < 5; ++door) {
                hostile.callBack(doors()[door], true);
                vm.prank(buyerAt(0));
                (bool isDone, bytes memory answer) = address(certificate).call(ways()[way]);
                assertTrue(!isDone && keccak256(answer) == keccak256(REENTERED), "refused as a re-entry");
                assertBooks(20, 30, 0, 50);
            }
        }
    }

    function test_WhoSwallowsItsRefusalHasWhatItWasGiven() public {
        for (uint256 door = 0; door < 5; ++door) {
            hostile.callBack(doors()[door], false);
            vm.prank(buyerAt(0));
            certificate.safeTransferFrom(buyerAt(0), address(hostile), id, 1, "");
            assertTrue(keccak256(hostile.outcome()) == keccak256(REENTERED), "refused as a re-entry");
            assertBooks(19 - door, 31 + door, 0, 50);
        }
        hostile.callBack(doors()[3], false);
        vm.prank(buyerAt(0));
        certificate.safeTransferAndClaimFrom(buyerAt(0), address(hostile), id, 5, "", "gift");
        assertBooks(10, 35, 5, 50);
    }

    /// @dev While it is asked, the books are closed already.
    function test_AReceiverFindsTheClaimDone() public {
        hostile.callBack(abi.encodeCall(certificate.claimedBalanceOf, (address(hostile), id)), true);
        vm.prank(buyerAt(0));
        certificate.safeTransferAndClaimFrom(buyerAt(0), address(hostile), id, 5, "", "gift");
        assertEq(abi.decode(hostile.outcome(), (uint256)), 5, "claimed when it was asked");
        assertBooks(15, 30, 5, 50);
    }

    function test_AContractThatTakesNoneIsGivenNone() public {
        bytes memory exactly = abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(around));
        vm.prank(buyerAt(0));
        vm.expectRevert(exactly);
        certificate.safeTransferAndClaimFrom(buyerAt(0), address(around), id, 5, "", "gift");
        assertBooks(20, 30, 0, 50);
    }

    function assertBooks(uint256 buyerWh, uint256 hostileWh, uint256 claimedWh, uint256 issuedWh) private view {
        assertEq(certificate.balanceOf(buyerAt(0), id), buyerWh, "the buyer's");
        assertEq(certificate.balanceOf(address(hostile), id), hostileWh, "the receiver's");
        assertEq(certificate.claimedWhOf(id), claimedWh, "claimed");
        assertEq(certificate.issuedWhOf(id), issuedWh, "issued");
        assertEq(credit.retiredWhOf(id), issuedWh, "credits retired");
    }
}
