// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {DeviceStatus} from "../types/DeviceStatus.sol";
import {instant} from "../types/Instant.sol";
import {DeviceRecords} from "./DeviceRecords.sol";

/// @title DeviceStatuses
/// @notice Which devices are in service, by time, how much they may trade, and what the guardian has to say in it.
abstract contract DeviceStatuses is DeviceRecords {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice The longest that one suspension lasts: no guardian that is gone holds a device for ever.
    uint48 public constant MAX_SUSPENSION_SECONDS = 30 days;
    /// @notice Trust levels are 0 to this.
    uint8 public constant HIGHEST_TRUST_LEVEL = 3;
    uint256 private constant NO_CAP = type(uint256).max;
    /// @dev Bits of a status in a change; above them is the time until which it lasts.
    uint8 private constant STATUS_BITS = 8;

    /// @inheritdoc IDeviceRegistry
    address public immutable guardian;
    /// @notice How long a new device is capped, in seconds.
    uint48 public immutable vettingSeconds;
    /// @notice The cap of trust level 0, in Wh; it doubles with each level.
    uint64 public immutable vettingCapWhPerSlot;

    /// @dev Begins with the first change: in service since it joined. 0: in service.
    mapping(uint256 device => Checkpoints.Trace208) private _changes;
    mapping(uint256 device => Checkpoints.Trace208) private _trustLevels;

    constructor(address guardian_, uint48 vettingSeconds_, uint64 vettingCapWhPerSlot_) {
        guardian = guardian_;
        vettingSeconds = vettingSeconds_;
        vettingCapWhPerSlot = vettingCapWhPerSlot_;
    }

    modifier onlyGuardian() {
        require(msg.sender == guardian, NotGuardian(msg.sender));
        _;
    }

    /// @inheritdoc IDeviceRegistry
    function suspend(uint256 device, uint48 until) external onlyGuardian {
        _requireNotEnded(device);
        uint256 latest = block.timestamp + MAX_SUSPENSION_SECONDS;
        require(until > block.timestamp && until <= latest, WrongSuspension(until, latest));
        _change(device, DeviceStatus.Suspended, until);
        emit DeviceSuspended(device, until);
    }

    /// @inheritdoc IDeviceRegistry
    function reinstate(uint256 device) external onlyGuardian {
        DeviceStatus status = statusOf(device);
        require(status == DeviceStatus.Suspended, WrongStatus(device, status));
        _changes[device].push(instant(block.timestamp), 0);
        emit DeviceReinstated(device);
    }

    /// @inheritdoc IDeviceRegistry
    function setTrustLevel(uint256 device, uint8 level) external onlyGuardian {
        _requireNotEnded(device);
        require(level <= HIGHEST_TRUST_LEVEL, NoSuchTrustLevel(level));
        _trustLevels[device].push(instant(block.timestamp), level);
        emit TrustLevelSet(device, level);
    }

    /// @inheritdoc IDeviceRegistry
    function statusOf(uint256 device) public view returns (DeviceStatus) {
        return statusAt(device, block.timestamp);
    }

    /// @inheritdoc IDeviceRegistry
    function statusAt(uint256 device, uint256 time) public view returns (DeviceStatus) {
        uint48 joinedAt = _devices[device].joinedAt;
        if (joinedAt == 0 || time < joinedAt) return DeviceStatus.Unknown;
        uint256 change = _changes[device].upperLookupRecent(instant(time));
        DeviceStatus status = DeviceStatus(uint8(change));
        bool isInService = change == 0 || (status == DeviceStatus.Suspended && time >= change >> STATUS_BITS);
        if (!isInService) return status;
        return time < uint256(joinedAt) + vettingSeconds ? DeviceStatus.Vetting : DeviceStatus.Active;
    }

    /// @inheritdoc IDeviceRegistry
    function isActiveAt(uint256 device, uint256 time) external view returns (bool) {
        DeviceStatus status = statusAt(device, time);
        return status == DeviceStatus.Vetting || status == DeviceStatus.Active;
    }

    /// @inheritdoc IDeviceRegistry
    function capWhPerSlotAt(uint256 device, uint256 time) external view returns (uint256) {
        DeviceStatus status = statusAt(device, time);
        if (status == DeviceStatus.Active) return NO_CAP;
        return status == DeviceStatus.Vetting ? uint256(vettingCapWhPerSlot) << trustLevelAt(device, time) : 0;
    }

    /// @inheritdoc IDeviceRegistry
    function trustLevelAt(uint256 device, uint256 time) public view returns (uint8) {
        return uint8(_trustLevels[device].upperLookupRecent(instant(time)));
    }

    /// @dev Refuses what is not registered, or out of service for ever.
    function _requireNotEnded(uint256 device) internal view {
        DeviceStatus status = statusOf(device);
        bool hasEnded = status == DeviceStatus.Slashed || status == DeviceStatus.Retired;
        require(status != DeviceStatus.Unknown && !hasEnded, WrongStatus(device, status));
    }

    /// @dev From now on a device has this status; a suspension, until then.
    function _change(uint256 device, DeviceStatus status, uint48 until) internal {
        _changes[device].push(instant(block.timestamp), (uint208(until) << STATUS_BITS) | uint208(status));
    }
}
