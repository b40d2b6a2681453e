// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlement} from "./interfaces/ISettlement.sol";

/// @title Intake of batches
/// @notice What a guardian may do, and no more: pause the intake of new batches for a time. A pause ends by itself,
/// another must wait, and while it lasts an operator's silence does not count.
abstract contract Intake is ISettlement {
    /// @notice The longest pause, and by how much a window may be lengthened, in seconds.
    uint40 public constant PAUSE_MAX = 7 days;
    uint40 public constant LENGTHEN_MAX = 7 days;
    /// @notice From the end of a pause to the next.
    uint40 public constant COOL_DOWN = 30 days;

    /// @notice Who may pause.
    address public immutable guardian;

    /// @dev The last pause, and how long those before it were together.
    struct Pauses {
        uint40 from;
        uint40 until;
        uint56 earlierSeconds;
    }

    Pauses private _pauses;

    modifier onlyGuardian() {
        require(msg.sender == guardian, NotGuardian(msg.sender));
        _;
    }

    modifier whileOpen() {
        require(block.timestamp >= _pauses.until, Paused(_pauses.until));
        _;
    }

    constructor(address guardian_) {
        guardian = guardian_;
    }

    /// @inheritdoc ISettlement
    function pauseIntake(uint40 forSeconds) external onlyGuardian {
        require(forSeconds <= PAUSE_MAX, TooLong(forSeconds, PAUSE_MAX));
        Pauses memory last = _pauses;
        uint256 coolAt = last.until == 0 ? 0 : uint256(last.until) + COOL_DOWN;
        require(block.timestamp >= coolAt, CoolingDown(coolAt));
        uint40 until = uint40(block.timestamp) + forSeconds;
        _pauses = Pauses(uint40(block.timestamp), until, last.earlierSeconds + (last.until - last.from));
        emit IntakePaused(until);
    }

    /// @dev How long all pauses were together until now.
    function _pausedSeconds() internal view returns (uint56) {
        Pauses memory last = _pauses;
        uint256 until = block.timestamp < last.until ? block.timestamp : last.until;
        return last.earlierSeconds + uint56(until - last.from);
    }
}
