// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDeviceRegistry} from "../../../contracts/interfaces/IDeviceRegistry.sol";
import {DeviceJoin, DeviceMessages} from "../../../contracts/types/DeviceMessages.sol";
import {StatementMessage} from "../../../contracts/types/SignedMessages.sol";
import {HostileCoin} from "./HostileCoin.sol";
import {RegistryBase} from "./RegistryBase.sol";

/// @notice A coin that calls back gets nowhere, and an owner may be a contract.
contract RegistryReentryTest is RegistryBase, IERC1271 {
    HostileCoin private hostile;
    bytes32 private consentedTo;

    function setUp() public override {
        super.setUp();
        hostile = new HostileCoin();
        coin = hostile;
        registry = newRegistry(hostile);
        fund(address(this));
        fund(MAKER);
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == consentedTo ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    /// @dev A device of this contract.
    function joinAsContract() private returns (uint256) {
        DeviceJoin memory join = request(ALICE, NAME, abi.encodePacked(vm.addr(METER)));
        join.owner = address(this);
        consentedTo = digestOf(DeviceMessages.hash(join));
        return registry.join(join, "", signedBy(METER, consentedTo));
    }

    function test_AnOwnerMayBeAContract() public {
        uint256 device = joinAsContract();
        assertTrue(registry.ownerOf(device) == address(this), "it owns the device, and was not called");
        DeviceJoin memory join = request(ALICE, "other", abi.encodePacked(vm.addr(METER + 1)));
        join.owner = address(this);
        bytes memory signature = signedBy(METER + 1, digestOf(DeviceMessages.hash(join)));
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.NotSignedByOwner.selector, address(this)));
        registry.join(join, "", signature);
    }

    function test_NothingIsEnteredWhileABondIsTaken() public {
        hostile.callBack(address(registry), abi.encodeCall(registry.bondMaker, (1)));
        joinAsContract();
        assertRefused();
        hostile.callBack(address(registry), abi.encodeCall(registry.claimMakerBond, ()));
        registry.bondMaker(1);
        assertRefused();
        assertBonds(BOND + 1);
    }

    function test_NothingIsEnteredWhileABondIsPaid() public {
        uint256 device = joinAsContract();
        joinSoft(BOB, NAME, METER + 1);
        registry.retire(device);
        registry.bondMaker(9);
        registry.thawMakerBond(9);
        vm.warp(START + THAW);
        hostile.callBack(address(registry), abi.encodeCall(registry.claimBond, (device)));
        registry.claimBond(device);
        assertRefused();
        hostile.callBack(address(registry), abi.encodeCall(registry.claimMakerBond, ()));
        registry.claimMakerBond();
        assertRefused();
        StatementMessage memory nothing;
        hostile.callBack(address(registry), abi.encodeCall(registry.proveEquivocation, (nothing, "", nothing, "")));
        prove(STRANGER, BOB, METER + 1, thisSlot());
        assertRefused();
        assertBonds(0);
    }

    function assertRefused() private view {
        bytes4 found = bytes4(hostile.outcome());
        assertTrue(found == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "refused to be re-entered");
    }
}
