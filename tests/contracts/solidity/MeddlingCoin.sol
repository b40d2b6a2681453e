// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A coin that does not do what a coin should: it keeps a fee of what it moves, and calls whom it was told to
/// in the middle of a transfer.
contract MeddlingCoin {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    uint256 public feeMicroEur;
    address public target;
    bytes public call;
    /// @notice Whether the call in the middle of the last transfer went through, and what it answered.
    bool public wentThrough;
    bytes public answer;

    function mint(address account, uint256 amountMicroEur) external {
        balanceOf[account] += amountMicroEur;
    }

    function approve(address spender, uint256 amountMicroEur) external returns (bool) {
        allowance[msg.sender][spender] = amountMicroEur;
        return true;
    }

    function keep(uint256 feeMicroEur_) external {
        feeMicroEur = feeMicroEur_;
    }

    function arm(address target_, bytes calldata call_) external {
        target = target_;
        call = call_;
    }

    function transfer(address to, uint256 amountMicroEur) external returns (bool) {
        _move(msg.sender, to, amountMicroEur);
        return true;
    }

    function transferFrom(address from, address to, uint256 amountMicroEur) external returns (bool) {
        allowance[from][msg.sender] -= amountMicroEur;
        _move(from, to, amountMicroEur);
        return true;
    }

    function _move(address from, address to, uint256 amountMicroEur) private {
        if (target != address(0)) (wentThrough, answer) = target.call(call);
        balanceOf[from] -= amountMicroEur;
        balanceOf[to] += amountMicroEur - feeMicroEur;
    }
}
