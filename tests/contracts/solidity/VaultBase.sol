// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentKeys} from "../../../contracts/interfaces/IConsentKeys.sol";
import {TestEURC} from "../../../contracts/TestEURC.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {BatchDigest} from "../../../contracts/types/BatchDigest.sol";
import {BatchHeader} from "../../../contracts/types/BatchHeader.sol";
import {BatchState} from "../../../contracts/types/BatchState.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {Base} from "./Base.sol";
import {Parts} from "./Parts.sol";
import {IWholeSettlement, IWholeVault} from "./WholeContracts.sol";

/// @notice A deployment with one neighbourhood of eight homes, and batches of it.
abstract contract VaultBase is Base {
    using Parts for Parts.Meant;

    struct Proposed {
        ISettlement.BatchRef ref;
        bytes[] parts;
    }

    bytes32 internal constant LIME = keccak256("lime-street");
    uint256 internal constant HOMES = 8;
    uint40 internal constant WINDOW = 1 hours;
    uint256 internal constant EUR = 1_000_000;
    uint256 internal constant GENESIS = 1_800_000_000;

    address internal constant OPERATOR = address(0xA1);
    address internal constant GUARDIAN = address(0xA2);
    address internal constant DISPUTES = address(0xA3);
    address internal constant STRANGER = address(0xA4);

    TestEURC internal coin;
    IWholeSettlement internal settlement;
    IWholeVault internal vault;
    uint64 private _slots;

    function _deploy() internal {
        vm.warp(GENESIS);
        coin = TestEURC(create("TestEURC", ""));
        settlement = IWholeSettlement(create("Settlement", abi.encode(coin, WINDOW, GUARDIAN)));
        settlement.link(DISPUTES, IConsentKeys(DISPUTES));
        vault = settlement.vault();
        vm.prank(OPERATOR);
        settlement.openNeighbourhood(LIME, _terms(), _billTerms());
        coin.mint(address(this), type(uint128).max);
        coin.approve(address(vault), type(uint256).max);
        for (uint256 n = 0; n < HOMES; ++n) vault.deposit(LIME, _home(n), 10 * EUR);
    }

    function _terms() internal pure returns (ISettlement.Neighbourhood memory) {
        return ISettlement.Neighbourhood(OPERATOR, address(0xB1), address(0xB2), address(0xB3), 900, 96);
    }

    function _billTerms() internal pure returns (Terms memory) {
        return Terms(320_000, 80_000, 110_000, 25);
    }

    /// @dev The homes, behind the three counterparties.
    function _account(uint256 any) internal pure returns (address) {
        uint256 n = any % (HOMES + 3);
        return n < 3 ? address(uint160(0xB1 + n)) : _home(n - 3);
    }

    function _home(uint256 n) internal pure returns (address) {
        return address(uint160(0x1000 + n));
    }

    function _pay(uint256 from, uint256 to, uint256 amount) internal pure returns (bytes memory) {
        Parts.Meant memory meant = Parts.none(HOMES);
        meant.money[from] = -int256(amount);
        meant.money[to] += int256(amount);
        return meant.pack();
    }

    function _one(bytes memory part) internal pure returns (bytes[] memory parts) {
        parts = new bytes[](1);
        parts[0] = part;
    }

    function _two(bytes memory first, bytes memory second) internal pure returns (bytes[] memory parts) {
        parts = new bytes[](2);
        (parts[0], parts[1]) = (first, second);
    }

    /// @dev The next batch settles slots from this one on.
    function _skipTo(uint64 slot) internal {
        if (slot > _slots) _slots = slot;
    }

    /// @dev Whether the slots of the next batch are over.
    function _isOver() internal view returns (bool) {
        return (_slots + 3) * 900 <= block.timestamp;
    }

    function _propose(bytes[] memory parts, uint64 debit) internal returns (Proposed memory proposed) {
        BatchHeader memory header;
        header.neighbourhood = LIME;
        header.number = settlement.lastProposed(LIME) + 1;
        (header.firstSlot, header.lastSlot) = (_slots + 1, _slots + 2);
        header.termsHash = keccak256(abi.encode(_billTerms()));
        _slots += 2;
        bytes32 movementsHash = keccak256(abi.encodePacked(_hashes(parts)));
        BatchState memory state = BatchState(uint40(block.timestamp) + WINDOW, debit, 0, false);
        proposed.ref =
            ISettlement.BatchRef(LIME, header.number, keccak256(abi.encode(header)), movementsHash, state);
        proposed.parts = parts;
        vm.prank(OPERATOR);
        settlement.propose(header, movementsHash, debit);
    }

    function _apply(Proposed memory proposed) internal {
        uint256 packed = BatchDigest.pack(proposed.ref.state);
        vault.applyBatch(LIME, proposed.ref.number, proposed.ref.headerHash, packed, proposed.parts[0]);
    }

    function _applyPart(Proposed memory proposed, uint256 part) internal {
        vault.applyPart(proposed.ref, _hashes(proposed.parts), proposed.parts[part]);
    }

    function _hashes(bytes[] memory parts) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](parts.length);
        for (uint256 i = 0; i < parts.length; ++i) hashes[i] = keccak256(parts[i]);
    }

    /// @dev What the vault owes: all balances, free and locked, and the bond.
    function _owed() internal view returns (uint256 owed) {
        owed = vault.bondOf(LIME);
        for (uint256 i = 0; i < HOMES + 3; ++i) {
            owed += vault.balanceOf(LIME, _account(i)) + vault.withdrawalOf(LIME, _account(i)).amountMicroEur;
        }
    }
}
