// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bills, Legs, Statements} from "../types/Evidence.sol";
import {IndexedTree} from "../types/IndexedTree.sol";

/// @notice Proven leaves of one tree that stand one after the other. Whoever sorted the tree sorted it by group: account,
/// then slot.
/// @param isTreeEmpty whether the tree has no leaves at all
/// @param count of all leaves of the tree
/// @param first index of the first proven leaf
/// @param groups of the proven leaves
struct Span {
    bool isTreeEmpty;
    uint256 count;
    uint256 first;
    uint256[] groups;
}

/// @title Spans
/// @notice What neighbouring leaves show of a sorted tree: where a group ends, and that one is not there.
library Spans {
    /// @notice Only a tree without leaves can be spoken about without one.
    error NoLeafShown();
    /// @notice The leaves do not stand one after the other.
    error NotAdjacent(uint256 index, uint256 next);
    /// @notice The leaf is not the last of its account and slot as far as is shown.
    error NotLastOfGroup(uint256 index);
    /// @notice The leaves leave room for what they should show to be absent.
    error NotAbsent();

    uint256 private constant SLOT_BITS = 64;

    /// @notice An account's slot as a number: leaves of one tree ascend by it.
    function groupOf(address account, uint64 slot) internal pure returns (uint256) {
        return (uint256(uint160(account)) << SLOT_BITS) | slot;
    }

    /// @notice Reverts unless all legs are under the root, in their places.
    function prove(Legs calldata legs, bytes32 root) internal pure returns (Span memory span) {
        span = _begin(root, legs.count, legs.shown.length);
        for (uint256 i = 0; i < legs.shown.length; ++i) {
            _place(span, i, legs.shown[i].index, groupOf(legs.shown[i].leaf.account, legs.shown[i].leaf.slot));
            bytes32 hash = IndexedTree.hashLeaf(abi.encode(legs.shown[i].leaf));
            IndexedTree.check(root, legs.count, legs.shown[i].index, hash, legs.shown[i].siblings);
        }
    }

    /// @notice Reverts unless all bills are under the root, in their places.
    function prove(Bills calldata bills, bytes32 root) internal pure returns (Span memory span) {
        span = _begin(root, bills.count, bills.shown.length);
        for (uint256 i = 0; i < bills.shown.length; ++i) {
            _place(span, i, bills.shown[i].index, groupOf(bills.shown[i].leaf.account, bills.shown[i].leaf.slot));
            bytes32 hash = IndexedTree.hashLeaf(abi.encode(bills.shown[i].leaf));
            IndexedTree.check(root, bills.count, bills.shown[i].index, hash, bills.shown[i].siblings);
        }
    }

    /// @notice Reverts unless all statements are under the root, in their places.
    function prove(Statements calldata statements, bytes32 root) internal pure returns (Span memory span) {
        span = _begin(root, statements.count, statements.shown.length);
        for (uint256 i = 0; i < statements.shown.length; ++i) {
            _place(span, i, statements.shown[i].index, groupOf(statements.shown[i].leaf.account, statements.shown[i].leaf.slot));
            bytes32 hash = IndexedTree.hashLeaf(abi.encode(statements.shown[i].leaf));
            IndexedTree.check(root, statements.count, statements.shown[i].index, hash, statements.shown[i].siblings);
        }
    }

    /// @notice Whether the span begins with this group.
    function beginsWith(Span memory span, uint256 group) internal pure returns (bool) {
        return span.groups.length != 0 && span.groups[0] == group;
    }

    /// @notice Reverts unless the first leaf is the last of its group: the tree ends with it, or another group follows.
    function requireLastOfGroup(Span memory span) internal pure {
        bool isLast = span.groups.length == 1
            ? span.first + 1 == span.count
            : span.groups.length != 0 && span.groups[1] != span.groups[0];
        require(isLast, NotLastOfGroup(span.first));
    }

    /// @notice Reverts unless no leaf of the group can be there: the tree is empty, or begins above it, or ends below
    /// it, or the first two leaves shown have it between them.
    function requireAbsent(Span memory span, uint256 group) internal pure {
        if (span.isTreeEmpty) return;
        uint256[] memory groups = span.groups;
        bool isAbsent = groups.length == 1
            ? (span.first == 0 && group < groups[0]) || (span.first + 1 == span.count && groups[0] < group)
            : groups[0] < group && group < groups[1];
        require(isAbsent, NotAbsent());
    }

    /// @notice The same span with its leaves grouped by account alone; `account` as a group.
    function byAccount(Span memory span, address account) internal pure returns (Span memory, uint256) {
        for (uint256 i = 0; i < span.groups.length; ++i) span.groups[i] >>= SLOT_BITS;
        return (span, uint160(account));
    }

    function _begin(bytes32 root, uint256 count, uint256 leaves) private pure returns (Span memory span) {
        span.isTreeEmpty = root == 0;
        require(leaves != 0 || span.isTreeEmpty, NoLeafShown());
        span.count = count;
        span.groups = new uint256[](leaves);
    }

    function _place(Span memory span, uint256 i, uint256 index, uint256 group) private pure {
        if (i == 0) span.first = index;
        require(index == span.first + i, NotAdjacent(span.first + i, index));
        span.groups[i] = group;
    }
}
