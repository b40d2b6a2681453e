// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vault} from "../../../contracts/Vault.sol";
import {MovementsCheck} from "../../../contracts/types/MovementsCheck.sol";
import {IBareLedger} from "./IBareLedger.sol";

/// @notice No coins, no batches, no windows.
contract BareLedger is Vault, IBareLedger {
    bytes32 private constant LIME = "lime-street";

    constructor(IERC20 coin) Vault(coin) {
        _openLedger(LIME, [address(1), address(2), address(3)]);
    }

    function seat(address account) external returns (uint256) {
        return _takeSeat(LIME, account);
    }

    function credit(uint256 toSeat, uint256 amount) external {
        _credit(LIME, toSeat, amount);
    }

    function debit(uint256 fromSeat, uint256 amount) external returns (uint256 missing) {
        return _debit(LIME, fromSeat, amount);
    }

    function book(bytes calldata part) external returns (uint256 shortfall, uint256 debited) {
        return _book(LIME, _treasuries[LIME].next(), 0, true, part);
    }

    function check(bytes calldata part) external view returns (bool isSound, uint256 debited) {
        return MovementsCheck.check(part, _treasuries[LIME].seats());
    }

    function balanceAt(uint256 ofSeat) external view returns (uint256) {
        return balanceOf(LIME, this.accountAt(LIME, ofSeat));
    }

    function positionAt(uint256 ofSeat) external view returns (int256) {
        return this.positionOf(LIME, this.accountAt(LIME, ofSeat));
    }
}
