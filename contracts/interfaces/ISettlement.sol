// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Movement} from "../types/Movement.sol";
import {Proposal} from "../types/Proposal.sol";

/// @title Numbered batches of delivered trades
/// @notice The operator proposes; after the dispute window anyone may finalize; a final batch never changes.
interface ISettlement {
    /// @notice A batch as it is kept. `proposedAt` is 0 for a batch that does not exist.
    struct Batch {
        uint64 proposedAt;
        uint64 firstSlot;
        uint64 lastSlot;
        bool isFinal;
        address backstop;
        bytes32 tradesRoot;
        bytes32 statementsRoot;
        bytes32 creditsRoot;
        bytes32 movementsHash;
    }

    /// @notice A batch was proposed. `order` counts the proposals of all neighbourhoods from 1.
    event BatchProposed(
        bytes32 indexed neighbourhood,
        uint64 indexed number,
        uint64 order,
        bytes32 tradesRoot,
        bytes32 statementsRoot,
        bytes32 creditsRoot,
        bytes32 archiveHash,
        uint128 tradedWh
    );
    /// @notice A batch became final and its movements were booked.
    event BatchFinalized(bytes32 indexed neighbourhood, uint64 indexed number);

    /// @notice Only the operator proposes.
    error NotOperator(address caller);
    /// @notice Batches are proposed and finalized in the order of their numbers.
    error WrongNumber(uint64 number, uint64 expected);
    /// @notice The slots do not follow those of the batch before, or end before they begin.
    error WrongSlots(uint64 firstSlot, uint64 lastSlot, uint64 settledSlot);
    /// @notice More accounts than one transaction can settle.
    error TooManyAccounts(uint256 accounts, uint256 atMost);
    /// @notice Accounts are listed once each, in ascending order.
    error AccountsNotAscending(address account);
    /// @notice A lane of the movements does not sum to zero.
    error DoesNotSumToZero(int256 moneyMicroEur, int256 positionWh, int256 deviationWh);
    /// @notice The movements are not the proposed ones.
    error WrongMovements(bytes32 movementsHash, bytes32 expected);
    /// @notice The dispute window is still open.
    error WindowOpen(uint256 closesAt, uint256 nowSeconds);

    /// @notice Proposes the next batch of a neighbourhood; its movements must sum to zero in every lane.
    function propose(Proposal calldata proposal, Movement[] calldata movements) external;

    /// @notice Books a batch whose window has passed; the movements must be the proposed ones.
    function finalize(bytes32 neighbourhood, uint64 number, Movement[] calldata movements) external;

    /// @notice Moves `settledThrough` over at most `steps` proposals that are final already.
    function advance(uint256 steps) external;

    /// @notice How long a batch can be disputed, in seconds of chain time.
    function disputeWindow() external view returns (uint64);

    /// @notice How many batches were proposed, over all neighbourhoods.
    function proposals() external view returns (uint64);

    /// @notice Up to which of these every one is final.
    function settledThrough() external view returns (uint64);

    /// @notice A batch; all zero if it was not proposed.
    function batchOf(bytes32 neighbourhood, uint64 number) external view returns (Batch memory);
}
