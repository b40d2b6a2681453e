// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A settlement batch as its operator proposes it.
/// @param neighbourhood keccak256 of the neighbourhood's name
/// @param number counts from 1 in each neighbourhood, without gaps
/// @param firstSlot first delivery slot that it settles
/// @param lastSlot last delivery slot that it settles; the next batch begins above it
/// @param tradesRoot Merkle root of its trades (zero: none)
/// @param statementsRoot Merkle root of the statements it rests on (zero: none)
/// @param creditsRoot Merkle root of the energy credits it earned (zero: none)
/// @param archiveHash keccak256 of the archive that holds all its leaves
/// @param backstop account that bears what an insolvent account cannot pay
/// @param tradedWh energy sold = energy bought, in Wh
struct Proposal {
    bytes32 neighbourhood;
    uint64 number;
    uint64 firstSlot;
    uint64 lastSlot;
    bytes32 tradesRoot;
    bytes32 statementsRoot;
    bytes32 creditsRoot;
    bytes32 archiveHash;
    address backstop;
    uint128 tradedWh;
}
