// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IndexedTree} from "../../../contracts/types/IndexedTree.sol";

/// @notice Opens the library to tests that are not in Solidity.
contract IndexedTreeFixture {
    struct Proof {
        uint256 index;
        bytes32 leafHash;
        bytes32[] siblings;
    }

    function check(bytes32 root, uint256 count, Proof[] calldata proofs) external pure {
        for (uint256 i = 0; i < proofs.length; ++i) {
            IndexedTree.check(root, count, proofs[i].index, proofs[i].leafHash, proofs[i].siblings);
        }
    }

    function hashLeaf(bytes calldata encoded) external pure returns (bytes32) {
        return IndexedTree.hashLeaf(encoded);
    }
}
