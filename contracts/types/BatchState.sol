// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a proposed batch stands. Only its hash is kept, with the header's and the movements' (`Settlement`).
/// @param closesAt when its window ends, Unix seconds
/// @param debitMicroEur the most that it debits in all, in µEUR: what the bond stands for
/// @param openDemands how many demands for its data wait for an answer; it cannot be applied before
/// @param isLengthened whether the guardian has lengthened its window, which is possible once
struct BatchState {
    uint40 closesAt;
    uint64 debitMicroEur;
    uint32 openDemands;
    bool isLengthened;
}
