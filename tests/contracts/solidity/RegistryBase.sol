// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {TestEURC} from "../../../contracts/TestEURC.sol";
import {DeviceJoin, DeviceMessages, KeyRotation} from "../../../contracts/types/DeviceMessages.sol";
import {RegistryTerms} from "../../../contracts/types/RegistryTerms.sol";
import {SignedMessages, StatementMessage} from "../../../contracts/types/SignedMessages.sol";
import {Base} from "./Base.sol";
import {IWholeRegistry} from "./WholeContracts.sol";

/// @notice A registry, people with keys and coin, and what they sign.
abstract contract RegistryBase is Base {
    uint128 internal constant BOND = 50_000_000;
    uint128 internal constant MAKER_BOND = 1_000_000_000;
    uint48 internal constant THAW = 7 days;
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant SLOT = 900;
    /// @dev Private keys of two owners.
    uint256 internal constant ALICE = 0xa11ce;
    uint256 internal constant BOB = 0xb0b;
    /// @dev A private key of a device, on either curve.
    uint256 internal constant METER = 0x3e7e4;
    address internal constant GUARDIAN = address(0x60a4d);
    address internal constant MAKER = address(0x3a4e4);
    address internal constant STRANGER = address(0x574a);
    bytes32 internal constant STREET = keccak256("lime-street");
    bytes32 internal constant NAME = keccak256("home-1");

    TestEURC internal coin;
    IWholeRegistry internal registry;
    uint64 private _nonce;

    function setUp() public virtual {
        vm.warp(START);
        coin = TestEURC(create("TestEURC", ""));
        registry = newRegistry(coin);
        fund(address(this));
        fund(MAKER);
    }

    function newRegistry(TestEURC ofCoin) internal returns (IWholeRegistry) {
        return IWholeRegistry(create("DeviceRegistry", abi.encode(ofCoin, address(0x5e77), GUARDIAN, terms())));
    }

    function terms() internal pure returns (RegistryTerms memory) {
        return
            RegistryTerms({
                bondMicroEur: BOND,
                makerBondMicroEur: MAKER_BOND,
                vettingSeconds: 7 days,
                vettingCapWhPerSlot: 1_500,
                thawSeconds: THAW,
                disputeWindowSeconds: 1 days,
                slotSeconds: uint32(SLOT)
            });
    }

    function fund(address account) internal {
        coin.mint(account, 100 * MAKER_BOND);
        vm.prank(account);
        coin.approve(address(registry), type(uint256).max);
    }

    function p256Key(uint256 privateKey) internal view returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(privateKey);
        return abi.encodePacked(registry.p256Verifier(), x, y);
    }

    function signedBy(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    function signedByP256(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(privateKey, digest);
        uint256 low = uint256(s) > P256.N / 2 ? P256.N - uint256(s) : uint256(s);
        return abi.encodePacked(r, low);
    }

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return SignedMessages.digest(registry.domainSeparator(), structHash);
    }

    /// @dev A request of an owner for a device by this name, with a nonce of its own.
    function request(uint256 owner, bytes32 name, bytes memory key) internal returns (DeviceJoin memory) {
        return
            DeviceJoin({
                neighbourhood: STREET,
                name: name,
                owner: vm.addr(owner),
                key: key,
                siteHash: keccak256("site"),
                maker: MAKER,
                nonce: _nonce++,
                deadline: uint64(block.timestamp + 1 hours)
            });
    }

    /// @dev Joins by a P-256 key.
    function joinP256(uint256 owner, bytes32 name, uint256 device) internal returns (uint256) {
        DeviceJoin memory join = request(owner, name, p256Key(device));
        bytes32 digest = digestOf(DeviceMessages.hash(join));
        return registry.join(join, signedBy(owner, digest), signedByP256(device, digest));
    }

    /// @dev Joins by a secp256k1 key.
    function joinSoft(uint256 owner, bytes32 name, uint256 device) internal returns (uint256) {
        DeviceJoin memory join = request(owner, name, abi.encodePacked(vm.addr(device)));
        bytes32 digest = digestOf(DeviceMessages.hash(join));
        return registry.join(join, signedBy(owner, digest), signedBy(device, digest));
    }

    /// @dev Gives an owner's device another secp256k1 key.
    function rotate(uint256 owner, uint256 device, uint256 newKey) internal {
        bytes memory key = abi.encodePacked(vm.addr(newKey));
        KeyRotation memory rotation = KeyRotation(device, vm.addr(owner), key, _nonce++, uint64(block.timestamp));
        bytes memory consent = signedBy(newKey, digestOf(DeviceMessages.hash(rotation)));
        vm.prank(vm.addr(owner));
        registry.rotateKey(device, key, rotation.nonce, rotation.deadline, consent);
    }

    /// @dev A statement of an owner's device; `exportWh` tells it from others of the slot.
    function statementOf(
        address account,
        string memory deviceId,
        uint64 slot,
        uint64 exportWh
    ) internal pure returns (StatementMessage memory statement) {
        statement.deviceId = deviceId;
        statement.account = account;
        statement.neighbourhood = "lime-street";
        statement.slot = slot;
        statement.exportWh = exportWh;
    }

    /// @dev Proves two statements of `home-1`, signed by a secp256k1 key.
    function prove(address challenger, uint256 owner, uint256 device, uint64 slot) internal {
        StatementMessage memory a = statementOf(vm.addr(owner), "home-1", slot, 1);
        StatementMessage memory b = statementOf(vm.addr(owner), "home-1", slot, 2);
        bytes memory signatureA = signedBy(device, digestOf(SignedMessages.hash(a)));
        bytes memory signatureB = signedBy(device, digestOf(SignedMessages.hash(b)));
        vm.prank(challenger);
        registry.proveEquivocation(a, signatureA, b, signatureB);
    }

    function thisSlot() internal view returns (uint64) {
        return uint64(block.timestamp / SLOT);
    }

    /// @dev I1 for bonds: what is at stake is what is held.
    function assertBonds(uint256 expected) internal view {
        assertEq(registry.totalBondsMicroEur(), expected, "the sum of bonds");
        assertEq(coin.balanceOf(address(registry)), expected, "the coin held");
    }
}
