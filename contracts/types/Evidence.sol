// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bill} from "./Bill.sol";
import {Leg} from "./Leg.sol";
import {StatementLeaf} from "./StatementLeaf.sol";

/// @notice A leg, and where it stands in its batch's trades tree.
/// @param siblings from the leaf to the top (`IndexedTree`)
struct LegAt {
    uint256 index;
    bytes32[] siblings;
    Leg leaf;
}

/// @notice Legs that stand one after the other.
/// @param count of all leaves of the tree
struct Legs {
    uint256 count;
    LegAt[] shown;
}

/// @notice A bill, and where it stands in its batch's bills tree.
struct BillAt {
    uint256 index;
    bytes32[] siblings;
    Bill leaf;
}

/// @notice Bills that stand one after the other.
struct Bills {
    uint256 count;
    BillAt[] shown;
}

/// @notice A statement's leaf, and where it stands in its batch's statements tree.
struct StatementAt {
    uint256 index;
    bytes32[] siblings;
    StatementLeaf leaf;
}

/// @notice Statements that stand one after the other.
struct Statements {
    uint256 count;
    StatementAt[] shown;
}

/// @notice What a leaf's `signatureHash` is of: keccak256(abi.encode(signer, signature)).
/// @param signer the key as ERC-7913 writes it
struct Signed {
    bytes signer;
    bytes signature;
}
