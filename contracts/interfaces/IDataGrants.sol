// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who may read a device's data
/// @notice The data stay off chain; whoever keeps them asks here. All grants of a device end when it changes hands.
interface IDataGrants {
    /// @notice A grantee may read what the scope names until then.
    event DataGranted(uint256 indexed device, address indexed grantee, bytes32 indexed scope, uint48 expiresAt);
    /// @notice A grantee may not read it any more.
    event DataRevoked(uint256 indexed device, address indexed grantee, bytes32 indexed scope);

    /// @notice A grant that is over already.
    error GrantExpired(uint48 expiresAt, uint256 nowSeconds);
    /// @notice There is no such grant.
    error NoGrant(uint256 device, address grantee, bytes32 scope);

    /// @notice Lets a grantee read data of the caller's device. Takes the place of what it had in this scope.
    /// @param scope which data: the keeper's own word, as 32 bytes
    /// @param expiresAt from when on it may not read any more, Unix seconds
    function grantData(uint256 device, address grantee, bytes32 scope, uint48 expiresAt) external;

    /// @notice Ends a grant of the caller's device.
    function revokeData(uint256 device, address grantee, bytes32 scope) external;

    /// @notice Whether a grantee may read this of a device now.
    function hasDataGrant(uint256 device, address grantee, bytes32 scope) external view returns (bool);
}
