// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {AccountMessages} from "./registry/AccountMessages.sol";
import {Bonds} from "./registry/Bonds.sol";
import {DataGrants} from "./registry/DataGrants.sol";
import {DeviceKeys} from "./registry/DeviceKeys.sol";
import {DeviceRecords} from "./registry/DeviceRecords.sol";
import {DeviceStatuses} from "./registry/DeviceStatuses.sol";
import {Makers} from "./registry/Makers.sol";
import {SignerKeys} from "./registry/SignerKeys.sol";
import {Device} from "./types/Device.sol";
import {DeviceJoin, DeviceMessages, KeyRotation} from "./types/DeviceMessages.sol";
import {DeviceStatus} from "./types/DeviceStatus.sol";
import {instant} from "./types/Instant.sol";
import {RegistryTerms} from "./types/RegistryTerms.sol";
import {SignedMessages, StatementMessage} from "./types/SignedMessages.sol";

/// @title DeviceRegistry
/// @notice Devices join by bond and two signatures, and lose the bond by two of their own. No owner, no upgrade.
contract DeviceRegistry is AccountMessages, DeviceKeys, DeviceStatuses, DataGrants, Makers {
    using SafeERC20 for IERC20;

    /// @notice What part of a slashed device's bond is the challenger's, in basis points. No more than half, so that
    /// an owner who is found out cannot save the bond by proving it first.
    uint256 public constant CHALLENGER_BPS = 5_000;
    uint256 private constant BPS = 10_000;

    /// @notice What joining puts at stake, in µEUR.
    uint128 public immutable bondMicroEur;
    /// @notice The length of a delivery slot.
    uint32 public immutable slotSeconds;

    /// @param coin_ what bonds are in
    /// @param verifyingContract_ the address in the deployment's EIP-712 domain
    /// @param guardian_ who sets trust levels and suspends
    /// @param terms what never changes
    constructor(
        IERC20 coin_,
        address verifyingContract_,
        address guardian_,
        RegistryTerms memory terms
    )
        AccountMessages(verifyingContract_)
        SignerKeys(address(new ERC7913P256Verifier()))
        Bonds(coin_, terms.thawSeconds)
        Makers(terms.makerBondMicroEur)
        DeviceStatuses(guardian_, terms.vettingSeconds, terms.vettingCapWhPerSlot)
    {
        require(terms.bondMicroEur != 0, NoBond());
        require(terms.slotSeconds != 0, NoSlotLength());
        require(
            terms.thawSeconds > terms.disputeWindowSeconds,
            ThawTooShort(terms.thawSeconds, terms.disputeWindowSeconds)
        );
        bondMicroEur = terms.bondMicroEur;
        slotSeconds = terms.slotSeconds;
    }

    /// @inheritdoc IDeviceRegistry
    function join(
        DeviceJoin calldata device,
        bytes calldata ownerSignature,
        bytes calldata deviceSignature
    ) external nonReentrant returns (uint256 id) {
        _useNonce(device.owner, device.nonce, device.deadline);
        bytes32 digest = _digest(DeviceMessages.hash(device));
        _requireSigned(device.key, digest, deviceSignature);
        require(
            SignatureChecker.isValidSignatureNowCalldata(device.owner, digest, ownerSignature),
            NotSignedByOwner(device.owner)
        );
        id = _enrol(
            device.owner,
            Device({
                neighbourhood: device.neighbourhood,
                name: device.name,
                siteHash: device.siteHash,
                maker: device.maker,
                joinedAt: instant(block.timestamp),
                claimableAt: 0
            })
        );
        _bindKey(id, device.key);
        emit DeviceJoined(
            id,
            device.owner,
            device.neighbourhood,
            device.name,
            device.key,
            device.siteHash,
            device.maker
        );
        _takeBond(bondMicroEur);
    }

    /// @inheritdoc IDeviceRegistry
    function rotateKey(
        uint256 device,
        bytes calldata key,
        uint64 nonce,
        uint64 deadline,
        bytes calldata keySignature
    ) external onlyDeviceOwner(device) {
        _requireNotEnded(device);
        _useNonce(msg.sender, nonce, deadline);
        KeyRotation memory rotation = KeyRotation(device, msg.sender, key, nonce, deadline);
        _requireSigned(key, _digest(DeviceMessages.hash(rotation)), keySignature);
        _replaceKey(device, key);
        emit KeyRotated(device, key);
    }

    /// @inheritdoc IDeviceRegistry
    function retire(uint256 device) external onlyDeviceOwner(device) {
        _requireNotEnded(device);
        uint48 claimableAt = instant(block.timestamp + thawSeconds);
        _devices[device].claimableAt = claimableAt;
        _change(device, DeviceStatus.Retired, 0);
        emit DeviceRetired(device, claimableAt);
    }

    /// @inheritdoc IDeviceRegistry
    function claimBond(uint256 device) external nonReentrant onlyDeviceOwner(device) {
        DeviceStatus status = statusOf(device);
        require(status == DeviceStatus.Retired, WrongStatus(device, status));
        uint48 claimableAt = _devices[device].claimableAt;
        require(block.timestamp >= claimableAt, StillThawing(claimableAt, block.timestamp));
        _burn(device);
        _freeKey(device);
        emit BondClaimed(device, msg.sender, bondMicroEur);
        _payBond(msg.sender, bondMicroEur);
    }

    /// @inheritdoc IDeviceRegistry
    function proveEquivocation(
        StatementMessage calldata a,
        bytes calldata signatureA,
        StatementMessage calldata b,
        bytes calldata signatureB
    ) external nonReentrant {
        require(a.slot == b.slot, NotOneSlot(a.slot, b.slot));
        bool isOneDevice = a.account == b.account &&
            _isSame(a.deviceId, b.deviceId) &&
            _isSame(a.neighbourhood, b.neighbourhood);
        require(isOneDevice, NotOneDevice());
        bytes32 hashA = SignedMessages.hash(a);
        require(hashA != SignedMessages.hash(b), SameStatement(_digest(hashA)));
        uint256 device = deviceThatSigned(a, signatureA);
        deviceThatSigned(b, signatureB);
        require(_ownerOf(device) != address(0), NothingAtStake(device));
        _slash(device, a.slot);
    }

    /// @inheritdoc IDeviceRegistry
    function bondMicroEurOf(uint256 device) external view returns (uint256) {
        return _ownerOf(device) == address(0) ? 0 : bondMicroEur;
    }

    /// @inheritdoc IDeviceRegistry
    function deviceThatSigned(
        StatementMessage calldata statement,
        bytes calldata signature
    ) public view returns (uint256 device) {
        bytes32 neighbourhood = keccak256(bytes(statement.neighbourhood));
        bytes32 name = keccak256(bytes(statement.deviceId));
        uint256 time = lastSecondOf(statement.slot);
        device = deviceOfAt(neighbourhood, name, statement.account, time);
        require(device != 0, NoSuchDevice(neighbourhood, name, statement.account));
        bytes memory key = keyAt(device, time);
        require(isSignedBy(key, _digest(SignedMessages.hash(statement)), signature), NotSignedByKey(key));
    }

    /// @inheritdoc IDeviceRegistry
    function lastSecondOf(uint64 slot) public view returns (uint256) {
        return (uint256(slot) + 1) * slotSeconds - 1;
    }

    /// @dev The device's bond is lost, and its maker's part.
    function _slash(uint256 device, uint64 slot) private {
        uint256 rewardMicroEur = (uint256(bondMicroEur) * CHALLENGER_BPS) / BPS;
        uint256 burntMicroEur = bondMicroEur - rewardMicroEur;
        uint256 cutMicroEur = isVouchedAt(device, lastSecondOf(slot)) ? _cutMaker(device, bondMicroEur) : 0;
        _change(device, DeviceStatus.Slashed, 0);
        _burn(device);
        emit DeviceSlashed(device, msg.sender, slot, rewardMicroEur, burntMicroEur, cutMicroEur);
        _payBond(msg.sender, rewardMicroEur);
        _payBond(BURNT, burntMicroEur + cutMicroEur);
    }

    function _isSame(string calldata a, string calldata b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function _update(
        address to,
        uint256 device,
        address auth
    ) internal override(DeviceRecords, DataGrants) returns (address) {
        return super._update(to, device, auth);
    }
}
