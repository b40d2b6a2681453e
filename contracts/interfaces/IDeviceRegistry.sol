// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device} from "../types/Device.sol";
import {DeviceJoin} from "../types/DeviceMessages.sol";
import {DeviceStatus} from "../types/DeviceStatus.sol";
import {StatementMessage} from "../types/SignedMessages.sol";
import {IBonds} from "./IBonds.sol";
import {IDataGrants} from "./IDataGrants.sol";
import {IMakers} from "./IMakers.sol";
import {ISignerKeys} from "./ISignerKeys.sol";

/// @title Devices that may sign statements, and what they have at stake
/// @notice A device is an ERC-721 token; its id counts from 1 and is never used again. What was true at a time stays
/// known: functions that end in `At` take a time in Unix seconds. A statement is judged by the last second of its slot.
interface IDeviceRegistry is IBonds, IDataGrants, IMakers, ISignerKeys {
    /// @notice A device was registered.
    event DeviceJoined(
        uint256 indexed device,
        address indexed owner,
        bytes32 indexed neighbourhood,
        bytes32 name,
        bytes key,
        bytes32 siteHash,
        address maker
    );
    /// @notice Another key signs for the device from now on.
    event KeyRotated(uint256 indexed device, bytes key);
    /// @notice The guardian took a device out of service until then.
    event DeviceSuspended(uint256 indexed device, uint48 until);
    /// @notice The guardian put a suspended device back into service.
    event DeviceReinstated(uint256 indexed device);
    /// @notice The guardian set how far a device is trusted.
    event TrustLevelSet(uint256 indexed device, uint8 level);
    /// @notice The owner took a device out of service; its bond can be claimed from then on.
    event DeviceRetired(uint256 indexed device, uint48 claimableAt);
    /// @notice The owner of a retired device got its bond.
    event BondClaimed(uint256 indexed device, address indexed owner, uint256 amountMicroEur);
    /// @notice A device signed two different statements for a slot and lost its bond, of which `rewardMicroEur` went
    /// to the challenger. The rest, and the maker's part, were burnt.
    event DeviceSlashed(
        uint256 indexed device,
        address indexed challenger,
        uint64 slot,
        uint256 rewardMicroEur,
        uint256 burntMicroEur,
        uint256 makerCutMicroEur
    );

    /// @notice A registry whose devices have nothing at stake.
    error NoBond();
    /// @notice A registry whose slots have no length.
    error NoSlotLength();
    /// @notice Bonds must outlast the time in which a batch can be disputed.
    error ThawTooShort(uint48 thawSeconds, uint48 disputeWindowSeconds);
    /// @notice The message's time is over.
    error DeadlinePassed(uint64 deadline, uint256 nowSeconds);
    /// @notice The owner has used this nonce.
    error NonceUsed(address owner, uint64 nonce);
    /// @notice The signature is not the owner's over this message.
    error NotSignedByOwner(address owner);
    /// @notice The key signs for a device, or did so before it was rotated.
    error KeyInUse(bytes key, uint256 device);
    /// @notice The owner has a device of this name in this neighbourhood.
    error NameTaken(address owner, uint256 device);
    /// @notice A device changes hands by a transfer that the new owner sends, with the old one's ERC-721 approval.
    error NotSentByRecipient(uint256 device, address recipient);
    /// @notice Only the device's owner may do this.
    error NotDeviceOwner(uint256 device, address caller);
    /// @notice Only the guardian may do this.
    error NotGuardian(address caller);
    /// @notice The device's status does not allow this.
    error WrongStatus(uint256 device, DeviceStatus status);
    /// @notice A suspension lasts into the future, and no longer than MAX_SUSPENSION_SECONDS.
    error WrongSuspension(uint48 until, uint256 latest);
    /// @notice Trust levels are 0 to 3.
    error NoSuchTrustLevel(uint8 level);
    /// @notice No device of this name, neighbourhood and owner was registered in the last second of the slot.
    error NoSuchDevice(bytes32 neighbourhood, bytes32 name, address owner);
    /// @notice The two statements are not of one device and account.
    error NotOneDevice();
    /// @notice The two statements are not of one slot.
    error NotOneSlot(uint64 slotA, uint64 slotB);
    /// @notice The two statements are the same.
    error SameStatement(bytes32 digest);
    /// @notice The device has lost its bond, or had it back.
    error NothingAtStake(uint256 device);

    /// @notice Registers a device. Anybody may send it, who then pays the bond; it is the owner's from then on.
    /// @param device what is signed
    /// @param ownerSignature of the owner: 65 bytes, or what its contract takes (ERC-1271)
    /// @param deviceSignature of `device.key` over the same message
    /// @return id of the device
    function join(
        DeviceJoin calldata device,
        bytes calldata ownerSignature,
        bytes calldata deviceSignature
    ) external returns (uint256 id);

    /// @notice Gives the caller's device a new key, for slots that end from now on. The old one is never taken again.
    /// @param keySignature of the new key over the KeyRotation of these values
    function rotateKey(
        uint256 device,
        bytes calldata key,
        uint64 nonce,
        uint64 deadline,
        bytes calldata keySignature
    ) external;

    /// @notice Takes the caller's device out of service for ever; its bond stays at stake for `thawSeconds`.
    function retire(uint256 device) external;

    /// @notice Pays the bond of the caller's retired device once it has thawed. The token ends, its key and its name
    /// are free.
    function claimBond(uint256 device) external;

    /// @notice Slashes a device that signed two different statements for one slot. Anybody may prove it; half of the
    /// bond is the caller's, the rest is burnt. A statement of a later owner proves nothing against an earlier one,
    /// but the bond at stake is that of the device, whoever owns it now.
    function proveEquivocation(
        StatementMessage calldata a,
        bytes calldata signatureA,
        StatementMessage calldata b,
        bytes calldata signatureB
    ) external;

    /// @notice Takes a device out of service until a time. Slots that have ended are not touched. For the
    /// guardian.
    function suspend(uint256 device, uint48 until) external;

    /// @notice Puts a suspended device back into service. For the guardian.
    function reinstate(uint256 device) external;

    /// @notice Sets how far a device is trusted, 0 to 3: see docs/device-trust.md. For the guardian.
    function setTrustLevel(uint256 device, uint8 level) external;

    /// @notice Who sets trust levels and suspends. It can touch no coin, key, name or token.
    function guardian() external view returns (address);

    /// @notice What a device has at stake, in µEUR: the same for all that have joined, 0 for those that lost it or had
    /// it back.
    function bondMicroEurOf(uint256 device) external view returns (uint256);

    /// @notice How many devices ever joined.
    function devices() external view returns (uint256);

    /// @notice What is written down of a device; all zero if there is none.
    function recordOf(uint256 device) external view returns (Device memory);

    /// @notice The id of an owner's device by the hashes of its neighbourhood and name; 0: none.
    function deviceOf(bytes32 neighbourhood, bytes32 name, address owner) external view returns (uint256);

    /// @notice The same as it was at a time.
    function deviceOfAt(
        bytes32 neighbourhood,
        bytes32 name,
        address owner,
        uint256 time
    ) external view returns (uint256);

    /// @notice The device of a statement, by its key's signature; refuses one that no device, or another key, signed.
    function deviceThatSigned(
        StatementMessage calldata statement,
        bytes calldata signature
    ) external view returns (uint256);

    /// @notice The status of a device now.
    function statusOf(uint256 device) external view returns (DeviceStatus);

    /// @notice The status of a device at a time.
    function statusAt(uint256 device, uint256 time) external view returns (DeviceStatus);

    /// @notice Whether a device was in service (vetting or active): whether its statement of a slot counts.
    function isActiveAt(uint256 device, uint256 time) external view returns (bool);

    /// @notice How much a device's home may trade a slot, in Wh: a cap while it is vetted, 2²⁵⁶ − 1 when it is active,
    /// else 0.
    function capWhPerSlotAt(uint256 device, uint256 time) external view returns (uint256);

    /// @notice How far a device was trusted, 0 to 3.
    function trustLevelAt(uint256 device, uint256 time) external view returns (uint8);

    /// @notice The key that signed for a device; empty before it joined.
    function keyAt(uint256 device, uint256 time) external view returns (bytes memory);

    /// @notice The last second of a slot, Unix time: what its statements are judged by.
    function lastSecondOf(uint64 slot) external view returns (uint256);

    /// @notice Whether an owner has used a nonce.
    function isNonceUsed(address owner, uint64 nonce) external view returns (bool);

    /// @notice The EIP-712 domain separator of the deployment.
    function domainSeparator() external view returns (bytes32);
}
