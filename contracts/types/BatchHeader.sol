// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a settlement batch stands for. Its hash is kept; whoever needs a field brings the whole header.
/// @param neighbourhood keccak256 of the neighbourhood's name
/// @param number counts from 1 in each neighbourhood, without gaps
/// @param firstSlot first delivery slot that it settles
/// @param lastSlot last delivery slot that it settles; the next batch begins above it
/// @param tradesRoot indexed root of the legs of its trades (`types/Leg.sol`), by account, slot, order and sequence
/// @param statementsRoot indexed root of the statements it rests on (`types/StatementLeaf.sol`), by account and slot
/// @param billsRoot indexed root of what each home owes and is owed (`types/Bill.sol`), by account and slot: the net root
/// @param creditsRoot Merkle root of the energy credits it earned (OpenZeppelin's StandardMerkleTree; zero: none)
/// @param termsHash keccak256 of the terms (`types/Terms.sol`) that its bills follow
/// @param logHead head of the market's event log that it was built from
/// @param archiveHash keccak256 of the archive that holds all its leaves
/// @param tradedWh energy sold = energy bought, in Wh
struct BatchHeader {
    bytes32 neighbourhood;
    uint64 number;
    uint64 firstSlot;
    uint64 lastSlot;
    bytes32 tradesRoot;
    bytes32 statementsRoot;
    bytes32 billsRoot;
    bytes32 creditsRoot;
    bytes32 termsHash;
    bytes32 logHead;
    bytes32 archiveHash;
    uint128 tradedWh;
}
