// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a device is in its life. Vetting and active ones are in service: their statements count.
enum DeviceStatus {
    /// not registered (yet)
    Unknown,
    /// in service, with a cap on its energy a slot
    Vetting,
    /// in service
    Active,
    /// out of service until a time
    Suspended,
    /// out of service for ever, its bond lost
    Slashed,
    /// out of service for ever, its bond returned after the thaw
    Retired
}
