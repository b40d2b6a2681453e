// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {Device} from "../types/Device.sol";
import {instant} from "../types/Instant.sol";

/// @title DeviceRecords
/// @notice The tokens of devices, and whose device a name meant at a time. A token is there for as long as something
/// is at stake for it; its record stays.
abstract contract DeviceRecords is IDeviceRegistry, ERC721 {
    using Checkpoints for Checkpoints.Trace208;

    /// @inheritdoc IDeviceRegistry
    uint256 public devices;

    mapping(uint256 device => Device) internal _devices;
    /// @dev The device that an owner has by a name (neighbourhood and name, hashed); 0: none.
    mapping(bytes32 place => mapping(address owner => Checkpoints.Trace208)) private _named;

    constructor() ERC721("Commonwatt Device", "CWD") {}

    modifier onlyDeviceOwner(uint256 device) {
        require(_ownerOf(device) == msg.sender, NotDeviceOwner(device, msg.sender));
        _;
    }

    /// @inheritdoc IDeviceRegistry
    function recordOf(uint256 device) external view returns (Device memory) {
        return _devices[device];
    }

    /// @inheritdoc IDeviceRegistry
    function deviceOf(bytes32 neighbourhood, bytes32 name, address owner) external view returns (uint256) {
        return _named[_place(neighbourhood, name)][owner].latest();
    }

    /// @inheritdoc IDeviceRegistry
    function deviceOfAt(
        bytes32 neighbourhood,
        bytes32 name,
        address owner,
        uint256 time
    ) public view returns (uint256) {
        return _named[_place(neighbourhood, name)][owner].upperLookupRecent(instant(time));
    }

    /// @dev Writes a new device down and gives its token to its owner, without calling it.
    function _enrol(address owner, Device memory record) internal returns (uint256 device) {
        device = ++devices;
        _devices[device] = record;
        _mint(owner, device);
    }

    /// @dev Whoever gets a device sends the transfer, because its statements will be that account's. Names move along.
    function _update(address to, uint256 device, address auth) internal virtual override returns (address from) {
        from = super._update(to, device, auth);
        if (from == to) return from;
        require(from == address(0) || to == address(0) || to == msg.sender, NotSentByRecipient(device, to));
        Device storage record = _devices[device];
        mapping(address owner => Checkpoints.Trace208) storage named = _named[_place(record.neighbourhood, record.name)];
        if (from != address(0)) named[from].push(instant(block.timestamp), 0);
        if (to != address(0)) {
            uint256 other = named[to].latest();
            require(other == 0, NameTaken(to, other));
            named[to].push(instant(block.timestamp), uint208(device));
        }
    }

    function _place(bytes32 neighbourhood, bytes32 name) private pure returns (bytes32) {
        return keccak256(abi.encode(neighbourhood, name));
    }
}
