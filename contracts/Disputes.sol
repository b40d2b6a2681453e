// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DataDemands} from "./disputes/DataDemands.sol";
import {Hearing} from "./disputes/Hearing.sol";
import {Revealed} from "./disputes/Revealed.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Fault} from "./types/Fault.sol";

/// @title Disputes
/// @notice What makes batches fall: its courts, which find faults in what was shown, and data that was not shown.
contract Disputes is DataDemands, IDisputes {
    /// @inheritdoc IDisputes
    mapping(address court => bool) public isCourt;
    bool private _isLinked;
    address private immutable _deployer;

    /// @param registry whose domain stands under what is signed
    /// @param vault where those have money who may demand data
    /// @param coin what deposits are paid in
    constructor(ISettlement settlement, IDeviceRegistry registry, IVault vault, IERC20 coin)
        Hearing(settlement)
        Revealed(registry)
        DataDemands(vault, coin)
    {
        _deployer = msg.sender;
    }

    /// @inheritdoc IDisputes
    function link(address[] calldata courts) external {
        require(msg.sender == _deployer && !_isLinked, CannotLink(msg.sender));
        _isLinked = true;
        for (uint256 i = 0; i < courts.length; ++i) isCourt[courts[i]] = true;
        emit Linked(courts);
    }

    /// @inheritdoc IDisputes
    function uphold(ISettlement.BatchRef calldata ref, Fault fault, address challenger) external {
        require(isCourt[msg.sender], NotCourt(msg.sender));
        _fall(ref, fault, challenger);
    }

    function _fall(ISettlement.BatchRef calldata ref, Fault fault, address challenger) internal override {
        emit Upheld(ref.neighbourhood, ref.number, fault, challenger);
        settlement.fall(ref, challenger);
    }
}
