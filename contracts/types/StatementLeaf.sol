// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A leaf of a batch's statements tree, which is sorted by account and slot: one a home and slot.
/// @param account the home's account
/// @param slot delivery slot
/// @param importWh metered import of the home
/// @param exportWh metered export of the home
/// @param isEstimated whether the operator estimated it for want of a device's statement
/// @param earnsCredit whether its quality is good enough to attest export
/// @param deviceName keccak256 of the deviceId
/// @param structHash EIP-712 hash of the statement (`SignedMessages`)
/// @param signatureHash keccak256(abi.encode(signer bytes (ERC-7913), signature bytes)) under it
struct StatementLeaf {
    address account;
    uint64 slot;
    uint64 importWh;
    uint64 exportWh;
    bool isEstimated;
    bool earnsCredit;
    bytes32 deviceName;
    bytes32 structHash;
    bytes32 signatureHash;
}
