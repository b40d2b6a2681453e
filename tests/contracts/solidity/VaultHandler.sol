// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Parts} from "./Parts.sol";
import {VaultBase} from "./VaultBase.sol";

/// @notice What people may do to a neighbourhood, in any order; every call here must go through. It keeps count of the
/// coins that came and went.
contract VaultHandler is VaultBase {
    using Parts for Parts.Meant;

    /// @notice µEUR that came in and that left.
    uint256 public cameIn;
    uint256 public wentOut;
    /// @notice Whether a booked part ever changed what the vault owes in all.
    bool public hasLeaked;
    /// @notice What was kept of each batch when it became final.
    mapping(uint256 number => bytes32) public finalDigest;
    /// @notice How often each thing was done.
    mapping(string what => uint256) public times;

    mapping(uint256 number => Proposed) private _open;

    constructor() {
        _deploy();
        vault.postBond(LIME, 100_000 * EUR);
        cameIn = (100_000 + 10 * HOMES) * EUR;
    }

    function owed() external view returns (uint256) {
        return _owed();
    }

    function held() external view returns (uint256) {
        return coin.balanceOf(address(vault));
    }

    function positions() external view returns (int256 sum) {
        for (uint256 n = 0; n < HOMES; ++n) sum += vault.positionOf(LIME, _home(n));
    }

    function lastApplied() external view returns (uint64) {
        return vault.lastApplied(LIME);
    }

    function keptOf(uint256 number) external view returns (bytes32) {
        return vault.digestOf(LIME, number);
    }

    function unfinalAndBond() external view returns (uint256, uint256) {
        return (settlement.unfinalMicroEur(LIME) - vault.partsDebitOf(LIME), vault.bondOf(LIME));
    }

    function deposit(uint256 who, uint256 amount) external {
        amount = within(amount, 1, amount % 5 == 0 ? 2 ** 41 : 20 * EUR);
        vault.deposit(LIME, _account(who), amount);
        cameIn += amount;
    }

    function postBond(uint256 amount) external {
        amount = within(amount, 1, 100 * EUR);
        vault.postBond(LIME, amount);
        cameIn += amount;
    }

    function releaseBond(uint256 amount) external {
        uint256 needed = settlement.unfinalMicroEur(LIME);
        if (needed < vault.BOND_MIN()) needed = vault.BOND_MIN();
        uint256 bond = vault.bondOf(LIME);
        if (bond <= needed) return;
        amount = within(amount, 0, (bond - needed) / 8);
        vm.prank(OPERATOR);
        vault.releaseBond(LIME, amount);
        wentOut += amount;
    }

    function requestWithdrawal(uint256 who, uint256 amount) external {
        uint256 balance = vault.balanceOf(LIME, _account(who));
        if (balance == 0) return;
        vm.prank(_account(who));
        vault.requestWithdrawal(LIME, within(amount, 1, balance));
    }

    function claimWithdrawal(uint256 who) external {
        uint256 amount = vault.withdrawalOf(LIME, _account(who)).amountMicroEur;
        if (amount == 0) return;
        vm.warp(block.timestamp + 97 * 900);
        _settleTheClock();
        amount = vault.withdrawalOf(LIME, _account(who)).amountMicroEur;
        if (amount == 0 || settlement.lastFinalSlot(LIME) < vault.withdrawalOf(LIME, _account(who)).lastOpenSlot) return;
        vm.prank(_account(who));
        vault.claimWithdrawal(LIME);
        wentOut += amount;
        ++times["claim"];
    }

    function escape(uint256 who) external {
        if (block.timestamp < settlement.silentSince(LIME) + vault.SILENCE()) return;
        uint256 amount = vault.balanceOf(LIME, _account(who)) + vault.withdrawalOf(LIME, _account(who)).amountMicroEur;
        if (amount == 0) return;
        vm.prank(_account(who));
        vault.escape(LIME);
        wentOut += amount;
        ++times["escape"];
    }

    /// @dev One part or two, of which the second may make money out of nothing.
    function propose(uint256 seed) external {
        if (!_isOver() || settlement.lastProposed(LIME) - vault.lastApplied(LIME) >= settlement.OPEN_MAX()) return;
        bytes[] memory parts = new bytes[](1 + (seed % 2));
        uint256 debit;
        for (uint256 i = 0; i < parts.length; ++i) {
            Parts.Meant memory meant = _anyMeant(uint256(keccak256(abi.encode(seed, i))));
            debit += meant.debitOf();
            if (i == 1 && seed % 3 == 0) meant.money[0] += 1;
            parts[i] = meant.pack();
        }
        uint256 bond = vault.bondOf(LIME);
        if (bond < vault.BOND_MIN() || bond < settlement.unfinalMicroEur(LIME) + debit) return;
        Proposed memory proposed = _propose(parts, uint64(debit));
        _open[proposed.ref.number] = proposed;
    }

    /// @dev The next part or batch, after its window.
    function apply_() external {
        _applyNext();
    }

    function fall(uint256 which, bool byExpiry) external {
        uint64 first = vault.lastApplied(LIME) + (vault.partsApplied(LIME) == 0 ? 1 : 2);
        uint64 last = settlement.lastProposed(LIME);
        if (last < first) return;
        Proposed memory fallen = _open[within(which, first, last)];
        uint256 bond = vault.bondOf(LIME);
        if (byExpiry) {
            if (which % 4 != 0) return; // rarely: it costs weeks
            _warpTo(fallen.ref.state.closesAt + settlement.EXPIRY());
            settlement.dropExpired(fallen.ref);
        } else {
            vm.prank(DISPUTES);
            settlement.fall(fallen.ref, STRANGER);
        }
        wentOut += bond - vault.bondOf(LIME);
        ++times["fall"];
    }

    function lengthen(uint256 which) external {
        uint64 last = settlement.lastProposed(LIME);
        if (last <= vault.lastApplied(LIME)) return;
        Proposed storage open = _open[last];
        if (open.ref.state.isLengthened || block.timestamp >= open.ref.state.closesAt) return;
        uint40 by = uint40(within(which, 0, 7 days));
        vm.prank(GUARDIAN);
        settlement.lengthen(open.ref, by);
        open.ref.state.closesAt += by;
        open.ref.state.isLengthened = true;
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + within(time, 0, 5 days));
    }

    function _applyNext() private returns (bool isDone) {
        uint64 number = vault.lastApplied(LIME) + 1;
        if (number > settlement.lastProposed(LIME)) return false;
        Proposed memory next = _open[number];
        _warpTo(next.ref.state.closesAt);
        uint256 before = _owed();
        uint256 part = vault.partsApplied(LIME);
        if (next.parts.length == 1) {
            _apply(next);
        } else if (part == 1 && !_isSound(next.parts[1])) {
            uint256 bond = vault.bondOf(LIME);
            settlement.skipUnsound(next.ref, _hashes(next.parts), next.parts[1]);
            wentOut += bond - vault.bondOf(LIME);
            before -= bond - vault.bondOf(LIME);
            ++times["skip"];
        } else {
            _applyPart(next, part);
        }
        if (_owed() != before) hasLeaked = true;
        if (vault.lastApplied(LIME) == number) finalDigest[number] = vault.digestOf(LIME, number);
        ++times["apply"];
        return true;
    }

    /// @dev Whether its money sums to zero: what `propose` puts wrong.
    function _isSound(bytes memory part) private pure returns (bool) {
        int256 sum;
        uint256 word;
        assembly ("memory-safe") {
            word := mload(add(part, 32))
        }
        for (uint256 i = 0; i < 3; ++i) sum += int64(uint64(word >> (192 - 64 * i)));
        for (uint256 place = 64; place < part.length + 32; place += 34) {
            assembly ("memory-safe") {
                word := mload(add(part, add(place, 2)))
            }
            for (uint256 lane = 0; lane < 4; ++lane) sum += int40(uint40(word >> (216 - 64 * lane)));
        }
        return sum == 0;
    }

    /// @dev An empty batch of the last slot that is over, and everything before it.
    function _settleTheClock() private {
        while (_applyNext()) {}
        if (vault.bondOf(LIME) < vault.BOND_MIN()) return;
        _skipTo(uint64(block.timestamp / 900) - 3);
        if (!_isOver()) return;
        Proposed memory proposed = _propose(_one(Parts.none(HOMES).pack()), 0);
        _open[proposed.ref.number] = proposed;
        _applyNext();
    }

    function _warpTo(uint256 time) private {
        if (block.timestamp < time) vm.warp(time);
    }

    function _anyMeant(uint256 seed) private pure returns (Parts.Meant memory meant) {
        meant = Parts.none(HOMES);
        int256 wh;
        uint256 scale = seed % 7 == 0 ? 2 ** 34 : 5 * EUR;
        for (uint256 i = 0; i < HOMES; ++i) {
            uint256 any = uint256(keccak256(abi.encode(seed, i)));
            meant.money[i] = int256(any % scale) - int256(scale / 2);
            meant.wh[i] = i + 1 == HOMES ? -wh : int256((any >> 128) % 2 ** 20) - 2 ** 19;
            wh += meant.wh[i];
        }
        meant.head[1] = int256(seed % EUR);
        meant.head[2] = int256((seed >> 64) % EUR) - int256(EUR / 2);
        return meant.settledBySupplier();
    }
}
