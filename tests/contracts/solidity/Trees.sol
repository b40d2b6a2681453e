// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice The trees that batches carry roots of, built the slow way.
library Trees {
    /// @dev Root of an indexed tree (`types/IndexedTree.sol`).
    function indexedRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = _filledUp(leaves);
        while (level.length > 1) level = _above(level, false);
        return keccak256(abi.encode(leaves.length, level[0]));
    }

    /// @dev Siblings of a leaf of an indexed tree.
    function indexedProof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory) {
        return _proof(_filledUp(leaves), index, false);
    }

    /// @dev Root of a tree with sorted pairs; as many leaves as a power of two.
    function sortedRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = leaves;
        while (level.length > 1) level = _above(level, true);
        return level[0];
    }

    /// @dev Siblings of a leaf of a tree with sorted pairs.
    function sortedProof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory) {
        return _proof(leaves, index, true);
    }

    function _filledUp(bytes32[] memory leaves) private pure returns (bytes32[] memory level) {
        uint256 size = 1;
        while (size < leaves.length) size *= 2;
        level = new bytes32[](size);
        for (uint256 i = 0; i < leaves.length; ++i) level[i] = leaves[i];
    }

    function _above(bytes32[] memory level, bool isSorted) private pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](level.length / 2);
        for (uint256 i = 0; i < nodes.length; ++i) {
            (bytes32 left, bytes32 right) = (level[2 * i], level[2 * i + 1]);
            nodes[i] = isSorted ? Hashes.commutativeKeccak256(left, right) : keccak256(abi.encode(left, right));
        }
    }

    function _proof(bytes32[] memory level, uint256 index, bool isSorted) private pure returns (bytes32[] memory proof) {
        uint256 depth;
        while (2 ** depth < level.length) ++depth;
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = level[index ^ 1];
            level = _above(level, isSorted);
            index /= 2;
        }
    }
}
