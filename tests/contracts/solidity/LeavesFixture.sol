// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bill} from "../../../contracts/types/Bill.sol";
import {Leg} from "../../../contracts/types/Leg.sol";
import {StatementLeaf} from "../../../contracts/types/StatementLeaf.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {IndexedTree} from "../../../contracts/types/IndexedTree.sol";

/// @notice What the contracts make of leaves, for tests that are not in Solidity: many a call.
contract LeavesFixture {
    function legs(Leg[] calldata leaves) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(leaves[i]));
    }

    function bills(Bill[] calldata leaves) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(leaves[i]));
    }

    function statements(StatementLeaf[] calldata leaves) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) hashes[i] = IndexedTree.hashLeaf(abi.encode(leaves[i]));
    }

    function terms(Terms[] calldata all) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](all.length);
        for (uint256 i = 0; i < all.length; ++i) hashes[i] = keccak256(abi.encode(all[i]));
    }

    function signatures(bytes[] calldata signers, bytes[] calldata signed)
        external
        pure
        returns (bytes32[] memory hashes)
    {
        hashes = new bytes32[](signers.length);
        for (uint256 i = 0; i < signers.length; ++i) hashes[i] = keccak256(abi.encode(signers[i], signed[i]));
    }
}
