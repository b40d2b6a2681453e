// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A device asks to be registered. Its owner and its key sign the same message.
/// @param neighbourhood keccak256 of the neighbourhood's name
/// @param name keccak256 of the name that its statements carry as `deviceId`
/// @param owner the account that its statements carry, and that gets its token
/// @param key what signs its statements: ERC-7913 bytes (see ISignerKeys)
/// @param siteHash salted hash of where it is built in
/// @param maker who made it; zero: does not say
/// @param nonce one that the owner has not used here
/// @param deadline last second in which it is taken, Unix time
struct DeviceJoin {
    bytes32 neighbourhood;
    bytes32 name;
    address owner;
    bytes key;
    bytes32 siteHash;
    address maker;
    uint64 nonce;
    uint64 deadline;
}

/// @notice A new key consents to sign for a device.
/// @param device id of the device
/// @param owner its owner, who sends it
/// @param key the new key: ERC-7913 bytes
/// @param nonce one that the owner has not used here
/// @param deadline last second in which it is taken, Unix time
struct KeyRotation {
    uint256 device;
    address owner;
    bytes key;
    uint64 nonce;
    uint64 deadline;
}

/// @title Messages to the device registry
/// @notice Their EIP-712 struct hashes; `SignedMessages` has the domain and the digest.
library DeviceMessages {
    bytes32 internal constant JOIN_TYPE_HASH =
        keccak256(
            "DeviceJoin(bytes32 neighbourhood,bytes32 name,address owner,bytes key,bytes32 siteHash,address maker,"
            "uint64 nonce,uint64 deadline)"
        );
    bytes32 internal constant ROTATION_TYPE_HASH =
        keccak256("KeyRotation(uint256 device,address owner,bytes key,uint64 nonce,uint64 deadline)");

    /// @notice EIP-712's hashStruct of a request to join.
    function hash(DeviceJoin memory join) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    JOIN_TYPE_HASH,
                    join.neighbourhood,
                    join.name,
                    join.owner,
                    keccak256(join.key),
                    join.siteHash,
                    join.maker,
                    join.nonce,
                    join.deadline
                )
            );
    }

    /// @notice EIP-712's hashStruct of a new key's consent.
    function hash(KeyRotation memory rotation) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    ROTATION_TYPE_HASH,
                    rotation.device,
                    rotation.owner,
                    keccak256(rotation.key),
                    rotation.nonce,
                    rotation.deadline
                )
            );
    }
}
