// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Movement} from "./types/Movement.sol";

/// @title Vault
/// @notice Escrow of one neighbourly coin and the ledger of all accounts. It has no owner and no upgrade.
contract Vault is IVault, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice The coin in escrow (EURC); a coin that takes a fee on transfer does not fit.
    IERC20 public immutable coin;
    /// @notice The one contract that may move balances: the one that made this vault.
    ISettlement public immutable settlement;

    /// @inheritdoc IVault
    mapping(address account => uint256 microEur) public balanceOf;
    mapping(address account => Withdrawal) private _withdrawals;

    /// @param coin_ the coin in escrow
    constructor(IERC20 coin_) {
        coin = coin_;
        settlement = ISettlement(msg.sender);
    }

    /// @inheritdoc IVault
    function deposit(address account, uint256 amountMicroEur) external nonReentrant {
        require(amountMicroEur != 0, ZeroAmount());
        balanceOf[account] += amountMicroEur;
        emit Deposited(account, msg.sender, amountMicroEur);
        coin.safeTransferFrom(msg.sender, address(this), amountMicroEur);
    }

    /// @inheritdoc IVault
    function requestWithdrawal(uint256 amountMicroEur) external nonReentrant {
        require(amountMicroEur != 0, ZeroAmount());
        uint256 balance = balanceOf[msg.sender];
        require(balance >= amountMicroEur, InsufficientBalance(msg.sender, balance, amountMicroEur));
        uint256 total = _withdrawals[msg.sender].amountMicroEur + amountMicroEur;
        balanceOf[msg.sender] = balance - amountMicroEur;
        _withdrawals[msg.sender] = Withdrawal({
            amountMicroEur: total.toUint128(),
            proposals: settlement.proposals(),
            claimableAt: (block.timestamp + settlement.disputeWindow()).toUint64()
        });
        emit WithdrawalRequested(msg.sender, amountMicroEur, total);
    }

    /// @inheritdoc IVault
    function claimWithdrawal() external nonReentrant {
        Withdrawal memory withdrawal = _withdrawals[msg.sender];
        require(withdrawal.amountMicroEur != 0, NothingToClaim(msg.sender));
        require(
            block.timestamp >= withdrawal.claimableAt,
            WithdrawalTooEarly(withdrawal.claimableAt, block.timestamp)
        );
        uint64 settled = settlement.settledThrough();
        require(settled >= withdrawal.proposals, BatchesNotFinal(settled, withdrawal.proposals));
        delete _withdrawals[msg.sender];
        emit Withdrawn(msg.sender, withdrawal.amountMicroEur);
        coin.safeTransfer(msg.sender, withdrawal.amountMicroEur);
    }

    /// @inheritdoc IVault
    function applyMovements(Movement[] calldata movements, address backstop) external nonReentrant {
        require(msg.sender == address(settlement), NotSettlement(msg.sender));
        int256 sum;
        uint256 shortfall;
        for (uint256 i = 0; i < movements.length; ++i) {
            int256 money = movements[i].moneyMicroEur;
            address account = movements[i].account;
            sum += money;
            if (money > 0) {
                balanceOf[account] += uint256(money);
            } else if (money < 0) {
                uint256 missing = _debit(account, uint256(-money));
                if (missing == 0) continue;
                shortfall += missing;
                emit Clipped(account, backstop, missing);
            }
        }
        require(sum == 0, MoneyDoesNotSumToZero(sum));
        // Last, so that the backstop pays out of what this batch brings it.
        uint256 uncovered = _debit(backstop, shortfall);
        require(uncovered == 0, BackstopInsolvent(backstop, uncovered));
    }

    /// @inheritdoc IVault
    function withdrawalOf(address account) external view returns (Withdrawal memory) {
        return _withdrawals[account];
    }

    /// @dev Takes from the balance, then from what is locked to leave; returns what could not be taken.
    function _debit(address account, uint256 amountMicroEur) private returns (uint256 missingMicroEur) {
        uint256 balance = balanceOf[account];
        if (balance >= amountMicroEur) {
            balanceOf[account] = balance - amountMicroEur;
            return 0;
        }
        balanceOf[account] = 0;
        missingMicroEur = amountMicroEur - balance;
        uint256 locked = _withdrawals[account].amountMicroEur;
        uint256 taken = locked < missingMicroEur ? locked : missingMicroEur;
        if (taken != 0) _withdrawals[account].amountMicroEur = (locked - taken).toUint128();
        missingMicroEur -= taken;
    }
}
