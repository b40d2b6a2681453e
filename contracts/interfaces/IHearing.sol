// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlement} from "./ISettlement.sol";

/// @title What all disputes have in common
/// @notice A proof names the batch (`ref`), shows its `header`, and the leaves that contradict each other, the rules or
/// the registry. It reverts with `NothingWrong` where they do not; else the batch and all after it fall, and the caller
/// has part of the bond. The batch has to be kept and not final (`IVault.NotAsProposed`, `ISettlement.AlreadyFinal`), each leaf
/// under the header's root (`IndexedTree`), leaves of one list one after the other (`Spans`).
interface IHearing {
    /// @notice What was shown is as it should be.
    error NothingWrong();
    /// @notice This is not the header of the batch.
    error WrongHeader(bytes32 headerHash, bytes32 expected);
    /// @notice What was revealed is not what the leaf or header has the hash of.
    error WrongPreimage(bytes32 hash, bytes32 expected);
    /// @notice This proof takes another number of leaves.
    error WrongLeafCount(uint256 leaves);
    /// @notice The leaves are not those of which one says something about the other.
    error Unrelated();

    /// @notice The batches that can fall.
    function settlement() external view returns (ISettlement);
}
