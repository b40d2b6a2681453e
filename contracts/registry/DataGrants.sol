// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataGrants} from "../interfaces/IDataGrants.sol";
import {DeviceRecords} from "./DeviceRecords.sol";

/// @title DataGrants
/// @notice Who may read a device's data. The grants of each ownership are apart, so a transfer ends them at once.
abstract contract DataGrants is IDataGrants, DeviceRecords {
    /// @dev How often a device changed hands; part of the name of each grant.
    mapping(uint256 device => uint256) private _handovers;
    mapping(bytes32 grant => uint48) private _expiresAt;

    /// @inheritdoc IDataGrants
    function grantData(
        uint256 device,
        address grantee,
        bytes32 scope,
        uint48 expiresAt
    ) external onlyDeviceOwner(device) {
        require(expiresAt > block.timestamp, GrantExpired(expiresAt, block.timestamp));
        _expiresAt[_grant(device, grantee, scope)] = expiresAt;
        emit DataGranted(device, grantee, scope, expiresAt);
    }

    /// @inheritdoc IDataGrants
    function revokeData(uint256 device, address grantee, bytes32 scope) external onlyDeviceOwner(device) {
        require(hasDataGrant(device, grantee, scope), NoGrant(device, grantee, scope));
        delete _expiresAt[_grant(device, grantee, scope)];
        emit DataRevoked(device, grantee, scope);
    }

    /// @inheritdoc IDataGrants
    function hasDataGrant(uint256 device, address grantee, bytes32 scope) public view returns (bool) {
        return block.timestamp < _expiresAt[_grant(device, grantee, scope)];
    }

    /// @dev Every change of hands, and the end of a token, leaves the grants of before behind.
    function _update(address to, uint256 device, address auth) internal virtual override returns (address from) {
        from = super._update(to, device, auth);
        if (from != address(0)) ++_handovers[device];
    }

    function _grant(uint256 device, address grantee, bytes32 scope) private view returns (bytes32) {
        return keccak256(abi.encode(device, _handovers[device], grantee, scope));
    }
}
