// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Keys that sign off chain
/// @notice As ERC-7913 writes them: the 20 bytes of a secp256k1 key's address, or the 20 bytes of `p256Verifier` and
/// the 64 bytes x, y of a P-256 key. No other verifier and no contract's own word (ERC-1271) is taken: both could
/// change their mind about a signature.
interface ISignerKeys {
    /// @notice The key has neither of the two forms, is the zero address, or is no point of the curve.
    error BadKey(bytes key);
    /// @notice The signature is not this key's over the message.
    error NotSignedByKey(bytes key);

    /// @notice The ERC-7913 verifier that P-256 keys begin with.
    function p256Verifier() external view returns (address);

    /// @notice Whether a key signed a digest: 65 bytes r, s, v (27 or 28) or 64 bytes r, s; a high s is refused.
    function isSignedBy(bytes calldata key, bytes32 digest, bytes calldata signature) external view returns (bool);
}
