// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The vault's ledger with its inner doors open.
interface IBareLedger {
    function seat(address account) external returns (uint256);
    function credit(uint256 toSeat, uint256 amount) external;
    function debit(uint256 fromSeat, uint256 amount) external returns (uint256 missing);
    function book(bytes calldata part) external returns (uint256 shortfall, uint256 debited);
    function check(bytes calldata part) external view returns (bool isSound, uint256 debited);
    function balanceAt(uint256 ofSeat) external view returns (uint256);
    function positionAt(uint256 ofSeat) external view returns (int256);
}
