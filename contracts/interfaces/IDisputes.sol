// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fault} from "../types/Fault.sol";
import {IDataDemands} from "./IDataDemands.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title What makes batches fall
/// @notice The Settlement believes this contract alone. It believes the courts that it was linked with, once for ever
/// (`ILegProofs`, `IOrderProofs`, `IStatementProofs`, `IBillProofs`), and itself about data that was withheld.
interface IDisputes is IDataDemands {
    /// @notice The courts were named, once for ever.
    event Linked(address[] courts);
    /// @notice A fault of a batch was shown, and the batch fell.
    event Upheld(bytes32 indexed neighbourhood, uint64 indexed number, Fault indexed fault, address challenger);

    /// @notice Only who deployed this may link the courts, and once.
    error CannotLink(address caller);
    /// @notice Only a court may.
    error NotCourt(address caller);

    /// @notice Names the courts. Only for who deployed this, once.
    function link(address[] calldata courts) external;

    /// @notice Makes a batch fall, and all after it. Only for a court, which has seen the fault.
    /// @param challenger who showed it
    function uphold(ISettlement.BatchRef calldata ref, Fault fault, address challenger) external;

    /// @notice Whether a contract is one of the courts.
    function isCourt(address court) external view returns (bool);
}
