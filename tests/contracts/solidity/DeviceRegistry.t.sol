// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBonds} from "../../../contracts/interfaces/IBonds.sol";
import {IDeviceRegistry} from "../../../contracts/interfaces/IDeviceRegistry.sol";
import {IMakers} from "../../../contracts/interfaces/IMakers.sol";
import {ISignerKeys} from "../../../contracts/interfaces/ISignerKeys.sol";
import {DeviceJoin, DeviceMessages} from "../../../contracts/types/DeviceMessages.sol";
import {DeviceStatus} from "../../../contracts/types/DeviceStatus.sol";
import {RegistryTerms} from "../../../contracts/types/RegistryTerms.sol";
import {SignedMessages, StatementMessage} from "../../../contracts/types/SignedMessages.sol";
import {RegistryBase} from "./RegistryBase.sol";

contract DeviceRegistryTest is RegistryBase {
    address private alice = vm.addr(ALICE);
    address private bob = vm.addr(BOB);

    function test_RefusesTermsThatProtectNobody() public {
        RegistryTerms memory none = terms();
        none.bondMicroEur = 0;
        _expectRefused(none, abi.encodeWithSelector(IDeviceRegistry.NoBond.selector));
        none = terms();
        none.slotSeconds = 0;
        _expectRefused(none, abi.encodeWithSelector(IDeviceRegistry.NoSlotLength.selector));
        none = terms();
        none.thawSeconds = none.disputeWindowSeconds;
        _expectRefused(none, abi.encodeWithSelector(IDeviceRegistry.ThawTooShort.selector, 1 days, 1 days));
    }

    function _expectRefused(RegistryTerms memory refused, bytes memory exactly) private {
        vm.expectRevert(exactly);
        create("DeviceRegistry", abi.encode(coin, address(this), GUARDIAN, refused));
    }

    function testFuzz_JoinsByEitherKindOfKey(uint256 seed, bool isP256) public {
        uint256 key = within(seed, 1, type(uint128).max);
        uint256 device = isP256 ? joinP256(ALICE, NAME, key) : joinSoft(ALICE, NAME, key);
        assertTrue(registry.ownerOf(device) == alice, "owned by Alice");
        assertEq(registry.deviceOf(STREET, NAME, alice), device, "found by its name");
        assertEq(registry.devices(), 1, "devices");
        assertEq(registry.recordOf(device).joinedAt, START, "joined");
        assertEq(registry.bondMicroEurOf(device), BOND, "its bond");
        assertEq(uint256(registry.statusOf(device)), uint256(DeviceStatus.Vetting), "in vetting");
        assertTrue(registry.isNonceUsed(alice, 0), "the nonce is used");
        assertBonds(BOND);
    }

    function test_RefusesAMessageForTheChainBeforeItSplit() public {
        DeviceJoin memory join = request(ALICE, NAME, abi.encodePacked(vm.addr(METER)));
        bytes32 digest = digestOf(DeviceMessages.hash(join));
        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(ISignerKeys.NotSignedByKey.selector, join.key));
        registry.join(join, signedBy(ALICE, digest), signedBy(METER, digest));
    }

    /// @dev Any order of rotations: each second is answered by the key that was last set by then.
    function testFuzz_RemembersKeysByTime(uint16[8] calldata pauses, uint16 look) public {
        uint256 device = joinP256(ALICE, NAME, METER);
        bytes memory expected = p256Key(METER);
        uint256 time = START + look;
        for (uint256 i = 0; i < pauses.length; ++i) {
            vm.warp(block.timestamp + pauses[i]);
            rotate(ALICE, device, 1_000 + i);
            if (block.timestamp <= time) expected = abi.encodePacked(vm.addr(1_000 + i));
        }
        assertTrue(keccak256(registry.keyAt(device, time)) == keccak256(expected), "the key of that time");
        assertEq(registry.keyAt(device, START - 1).length, 0, "no key before it joined");
        assertEq(registry.keyAt(9, time).length, 0, "no key of no device");
    }

    /// @dev A suspension changes nothing before it, and nothing after its end.
    function testFuzz_SuspendsForATimeOnly(uint32 after_, uint32 length, uint48 look) public {
        uint256 device = joinSoft(ALICE, NAME, METER);
        uint256 from = START + after_;
        uint256 until = from + within(length, 1, 30 days);
        vm.warp(from);
        vm.prank(GUARDIAN);
        registry.suspend(device, uint48(until));
        bool isActive = look >= START && (look < from || look >= until);
        assertTrue(registry.isActiveAt(device, look) == isActive, "in service");
        uint256 cap = look >= START + 7 days ? type(uint256).max : 1_500;
        assertEq(registry.capWhPerSlotAt(device, look), isActive ? cap : 0, "its cap");
    }

    function test_ReinstatesAndTrusts() public {
        uint256 device = joinSoft(ALICE, NAME, METER);
        vm.prank(GUARDIAN);
        registry.suspend(device, uint48(START + 9));
        vm.prank(GUARDIAN);
        registry.reinstate(device);
        assertTrue(registry.isActiveAt(device, START), "in service");
        vm.prank(GUARDIAN);
        registry.setTrustLevel(device, 3);
        assertEq(registry.trustLevelAt(device, START), 3, "trusted");
        assertEq(registry.capWhPerSlotAt(device, type(uint256).max), type(uint256).max, "for ever");
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.NotGuardian.selector, address(this)));
        registry.setTrustLevel(device, 0);
    }

    function test_PaysTheBondBackAfterTheThaw() public {
        uint256 device = joinSoft(ALICE, NAME, METER);
        vm.prank(alice);
        registry.retire(device);
        vm.warp(START + THAW - 1);
        vm.expectRevert(abi.encodeWithSelector(IBonds.StillThawing.selector, START + THAW, START + THAW - 1));
        vm.prank(alice);
        registry.claimBond(device);
        vm.warp(START + THAW);
        vm.prank(alice);
        registry.claimBond(device);
        assertEq(coin.balanceOf(alice), BOND, "Alice has the bond");
        assertEq(registry.bondMicroEurOf(device), 0, "nothing at stake");
        assertBonds(0);
        assertEq(joinSoft(ALICE, NAME, METER), 2, "the same key and name again");
    }

    function test_TransfersByTheRecipientOnly() public {
        uint256 device = joinSoft(ALICE, NAME, METER);
        vm.prank(alice);
        registry.grantData(device, STRANGER, "readings", uint48(START + 99));
        assertTrue(registry.hasDataGrant(device, STRANGER, "readings"), "granted");
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.NotSentByRecipient.selector, device, bob));
        vm.prank(alice);
        registry.transferFrom(alice, bob, device);
        vm.prank(alice);
        registry.approve(bob, device);
        vm.warp(START + 50);
        vm.prank(bob);
        registry.safeTransferFrom(alice, bob, device);
        assertTrue(!registry.hasDataGrant(device, STRANGER, "readings"), "the grant is over");
        assertEq(registry.deviceOfAt(STREET, NAME, alice, START + 49), device, "Alice's until then");
        assertEq(registry.deviceOfAt(STREET, NAME, alice, START + 50), 0, "and no longer");
        assertEq(registry.deviceOf(STREET, NAME, bob), device, "Bob's now");
        vm.prank(bob);
        registry.transferFrom(bob, bob, device);
        vm.prank(bob);
        registry.grantData(device, STRANGER, "readings", uint48(START + 99));
        vm.prank(bob);
        registry.revokeData(device, STRANGER, "readings");
        assertTrue(!registry.hasDataGrant(device, STRANGER, "readings"), "revoked");
    }

    function test_SlashesAndCutsTheMaker() public {
        uint256 device = joinSoft(ALICE, NAME, METER);
        vm.prank(MAKER);
        registry.bondMaker(MAKER_BOND);
        uint256[] memory list = new uint256[](1);
        list[0] = device;
        vm.prank(MAKER);
        registry.vouch(list);
        vm.prank(MAKER);
        registry.thawMakerBond(MAKER_BOND - 1);
        vm.warp(START + SLOT);
        prove(STRANGER, ALICE, METER, thisSlot() - 1);
        assertEq(coin.balanceOf(STRANGER), BOND / 2, "the challenger's half");
        assertEq(coin.balanceOf(registry.BURNT()), BOND / 2 + BOND, "burnt");
        IMakers.Maker memory maker = registry.makerOf(MAKER);
        assertEq(maker.bondMicroEur, 0, "what did not thaw went first");
        assertEq(maker.thawingMicroEur, MAKER_BOND - BOND, "thawing stake was reached");
        assertBonds(MAKER_BOND - BOND);
        assertTrue(!registry.isActiveAt(device, START + SLOT), "out of service");
        assertTrue(registry.isActiveAt(device, START + SLOT - 1), "not before");
        vm.prank(MAKER);
        registry.endVouch(list);
        assertTrue(!registry.isVouchedAt(device, block.timestamp), "not vouched for");
        vm.warp(START + SLOT + THAW);
        vm.prank(MAKER);
        registry.claimMakerBond();
        assertBonds(0);
    }

    /// @dev Whatever differs: two digests slash, one does not.
    function testFuzz_SlashesForAnyTwoStatements(StatementMessage memory a, StatementMessage memory b) public {
        uint256 device = joinP256(ALICE, NAME, METER);
        uint64 slot = thisSlot();
        (a.deviceId, a.account, a.neighbourhood, a.slot) = ("home-1", alice, "lime-street", slot);
        (b.deviceId, b.account, b.neighbourhood, b.slot) = ("home-1", alice, "lime-street", slot);
        bytes32 digestA = digestOf(SignedMessages.hash(a));
        bytes32 digestB = digestOf(SignedMessages.hash(b));
        bytes memory signatureA = signedByP256(METER, digestA);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.SameStatement.selector, digestA));
        registry.proveEquivocation(a, signatureA, a, signatureA);
        registry.proveEquivocation(a, signatureA, b, signedByP256(METER, digestB));
        assertEq(uint256(registry.statusOf(device)), uint256(DeviceStatus.Slashed), "slashed");
        assertBonds(0);
    }

    function test_FollowsTimeToItsEnd() public {
        uint256 device = joinSoft(ALICE, NAME, METER);
        assertEq(registry.lastSecondOf(type(uint64).max), (uint256(type(uint64).max) + 1) * SLOT - 1, "no overflow");
        prove(STRANGER, ALICE, METER, type(uint64).max);
        assertEq(uint256(registry.statusOf(device)), uint256(DeviceStatus.Slashed), "slashed");
    }

    function test_AnswersForThePartsOfIts() public view {
        assertTrue(address(registry.coin()) == address(coin), "coin");
        assertTrue(registry.guardian() == GUARDIAN, "guardian");
        assertEq(registry.thawSeconds(), THAW, "thaw");
        assertEq(registry.makerBondMicroEur(), MAKER_BOND, "maker bond");
        assertTrue(registry.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(IERC20(address(coin)).totalSupply() > 0, "coin is there");
    }
}
