// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Indexed tree
/// @notice A binary Merkle tree over a list whose order counts. A proof says at which index a leaf stands: two adjacent
/// indices show that nothing is between, index 0 and count − 1 show the ends.
/// @dev A leaf's hash is keccak256(keccak256(abi.encode(leaf))), a node's keccak256(left ‖ right), unsorted. The leaves
/// are filled up with zero words to the next power of two. root = keccak256(abi.encode(count, top)), so that a count
/// cannot be made up; a list without leaves has the root zero. Leaves are hashed twice, over other lengths than nodes:
/// neither can pass for the other.
library IndexedTree {
    /// @notice There is no such index in a list of so many leaves.
    error IndexOutOfRange(uint256 index, uint256 count);
    /// @notice A proof in a tree of so many leaves has another length.
    error WrongProofLength(uint256 siblings, uint256 expected);
    /// @notice The leaf does not stand at this index under this root.
    error NotUnderRoot(bytes32 root, uint256 index);

    /// @notice The hash of a leaf, given its ABI encoding.
    function hashLeaf(bytes memory encoded) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(encoded)));
    }

    /// @notice Reverts unless the leaf stands at `index` of the list of `count` leaves under `root`.
    /// @param siblings the other half at each level, from the leaf to the top
    function check(bytes32 root, uint256 count, uint256 index, bytes32 leafHash, bytes32[] calldata siblings)
        internal
        pure
    {
        require(index < count, IndexOutOfRange(index, count));
        uint256 depth = Math.log2(count, Math.Rounding.Ceil);
        require(siblings.length == depth, WrongProofLength(siblings.length, depth));
        bytes32 node = leafHash;
        for (uint256 level = 0; level < depth; ++level) {
            bytes32 sibling = siblings[level];
            node = (index >> level) & 1 == 0
                ? Hashes.efficientKeccak256(node, sibling)
                : Hashes.efficientKeccak256(sibling, node);
        }
        require(root == Hashes.efficientKeccak256(bytes32(count), node), NotUnderRoot(root, index));
    }
}
