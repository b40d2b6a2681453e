// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {instant} from "../types/Instant.sol";
import {DeviceRecords} from "./DeviceRecords.sol";
import {SignerKeys} from "./SignerKeys.sol";

/// @title DeviceKeys
/// @notice Which key signed for a device, by time. A key signs for one device only.
abstract contract DeviceKeys is SignerKeys, DeviceRecords {
    using Checkpoints for Checkpoints.Trace208;

    mapping(uint256 device => bytes[]) private _keys;
    /// @dev The index of the key since then. Begins with the first rotation: before, it is 0.
    mapping(uint256 device => Checkpoints.Trace208) private _rotations;
    mapping(bytes32 keyHash => uint256 device) private _deviceOfKey;

    /// @inheritdoc IDeviceRegistry
    function keyAt(uint256 device, uint256 time) public view returns (bytes memory) {
        uint48 joinedAt = _devices[device].joinedAt;
        if (joinedAt == 0 || time < joinedAt) return "";
        return _keys[device][_rotations[device].upperLookupRecent(instant(time))];
    }

    /// @dev Another key from now on.
    function _replaceKey(uint256 device, bytes calldata key) internal {
        _rotations[device].push(instant(block.timestamp), uint208(_keys[device].length));
        _bindKey(device, key);
    }

    /// @dev Lets the device's last key sign for another one: built into a house, it may move.
    function _freeKey(uint256 device) internal {
        bytes[] storage keys = _keys[device];
        delete _deviceOfKey[keccak256(keys[keys.length - 1])];
    }

    /// @dev A key signs for a device and for no other: its first, or the last of several.
    function _bindKey(uint256 device, bytes calldata key) internal {
        uint256 other = _deviceOfKey[keccak256(key)];
        require(other == 0, KeyInUse(key, other));
        _deviceOfKey[keccak256(key)] = device;
        _keys[device].push(key);
    }
}
