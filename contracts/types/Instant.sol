// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A time in Unix seconds as histories are keyed by it. What is later than they can tell is their end.
function instant(uint256 unixSeconds) pure returns (uint48) {
    return unixSeconds > type(uint48).max ? type(uint48).max : uint48(unixSeconds);
}
