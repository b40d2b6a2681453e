// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What is written down of a device. Its owner is the owner of its token.
/// @param neighbourhood keccak256 of the neighbourhood's name
/// @param name keccak256 of the name that its statements carry as `deviceId`
/// @param siteHash salted hash of where it is built in
/// @param maker who made it, if it says so; a maker answers only for what it has vouched for itself
/// @param joinedAt since when it is registered, Unix seconds
/// @param claimableAt from when the bond of a retired device can be had back, Unix seconds; else 0
struct Device {
    bytes32 neighbourhood;
    bytes32 name;
    bytes32 siteHash;
    address maker;
    uint48 joinedAt;
    uint48 claimableAt;
}
