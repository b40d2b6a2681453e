// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Movement} from "../types/Movement.sol";

/// @title Escrow of EURC and the ledger of all accounts
/// @notice Nothing leaves but to its owner. Amounts are µEUR (EURC base units).
interface IVault {
    /// @notice A request to leave with some of the balance.
    /// @param amountMicroEur locked for it
    /// @param proposals how many batches had been proposed when it was made
    /// @param claimableAt earliest block time of the claim, Unix seconds
    struct Withdrawal {
        uint128 amountMicroEur;
        uint64 proposals;
        uint64 claimableAt;
    }

    /// @notice Money came in for an account.
    event Deposited(address indexed account, address indexed payer, uint256 amountMicroEur);
    /// @notice An account locked money to leave with; `totalMicroEur` with what it had locked before.
    event WithdrawalRequested(address indexed account, uint256 amountMicroEur, uint256 totalMicroEur);
    /// @notice Money left to its owner.
    event Withdrawn(address indexed account, uint256 amountMicroEur);
    /// @notice An account could not pay all that a batch debits; `backstop` paid the rest.
    event Clipped(address indexed account, address indexed backstop, uint256 shortfallMicroEur);

    /// @notice Only the Settlement that this vault was made by may move balances.
    error NotSettlement(address caller);
    /// @notice A deposit or request of nothing.
    error ZeroAmount();
    /// @notice The account has less than it wants to withdraw.
    error InsufficientBalance(address account, uint256 balanceMicroEur, uint256 wantedMicroEur);
    /// @notice The account has no withdrawal to claim.
    error NothingToClaim(address account);
    /// @notice The withdrawal waits for its time.
    error WithdrawalTooEarly(uint256 claimableAt, uint256 nowSeconds);
    /// @notice The withdrawal waits for batches that were proposed before it.
    error BatchesNotFinal(uint256 settledThrough, uint256 needed);
    /// @notice The movements of money do not sum to zero.
    error MoneyDoesNotSumToZero(int256 sumMicroEur);
    /// @notice The backstop cannot pay for those who cannot: a deposit for it lets the batch pass.
    error BackstopInsolvent(address backstop, uint256 missingMicroEur);

    /// @notice Pays `amountMicroEur` of the caller's EURC into an account.
    function deposit(address account, uint256 amountMicroEur) external;

    /// @notice Locks part of the caller's balance to leave with. It stays liable for batches that are not final. A
    /// second request adds to the first and waits anew.
    function requestWithdrawal(uint256 amountMicroEur) external;

    /// @notice Pays the caller's locked money out, once every batch proposed before the request is final and one
    /// dispute window has passed since.
    function claimWithdrawal() external;

    /// @notice Books a final batch. An account that cannot pay is clipped to what it has, locked money last, and
    /// the backstop pays the rest: no account can stop a batch. Only for the Settlement.
    function applyMovements(Movement[] calldata movements, address backstop) external;

    /// @notice The free balance of an account, in µEUR.
    function balanceOf(address account) external view returns (uint256);

    /// @notice What an account has locked to leave with.
    function withdrawalOf(address account) external view returns (Withdrawal memory);
}
