// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputes} from "../interfaces/IDisputes.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Fault} from "../types/Fault.sol";
import {Hearing} from "./Hearing.sol";

/// @title Court
/// @notice What finds faults of one kind, and tells the contract that makes batches fall.
abstract contract Court is Hearing {
    /// @notice Who is told of faults.
    IDisputes public immutable disputes;

    constructor(IDisputes disputes_) Hearing(disputes_.settlement()) {
        disputes = disputes_;
    }

    /// @dev Reverts if nothing is wrong; else the batch falls, and the caller is its challenger.
    function _judge(ISettlement.BatchRef calldata ref, Fault fault, bool isWrong) internal {
        require(isWrong, NothingWrong());
        disputes.uphold(ref, fault, msg.sender);
    }
}
