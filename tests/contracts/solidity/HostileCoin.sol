// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestEURC} from "../../../contracts/TestEURC.sol";

/// @notice A coin that calls somebody back while it moves, once, and keeps what came of it.
contract HostileCoin is TestEURC {
    address private _target;
    bytes private _call;
    bytes public outcome;

    function callBack(address target, bytes calldata call) external {
        (_target, _call, outcome) = (target, call, "");
    }

    function _update(address from, address to, uint256 amountMicroEur) internal override {
        super._update(from, to, amountMicroEur);
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        (bool isDone, bytes memory answer) = target.call(_call);
        outcome = isDone ? bytes("done") : answer;
    }
}
