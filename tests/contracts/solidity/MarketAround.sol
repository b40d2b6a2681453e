// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";
import {BatchState} from "../../../contracts/types/BatchState.sol";

/// @notice What disputes ask of the Settlement and the Vault, for one batch of one neighbourhood. The tests in
/// TypeScript hold disputes against the real ones; these are for the fuzzer, which needs many batches quickly.
contract MarketAround {
    address public constant OPERATOR = address(0x0be4a704);
    uint32 public constant SLOT_SECONDS = 900;
    uint40 public constant disputeWindow = 1 days;

    address public disputes;
    address public fallenFor;
    bool public isFinal;
    uint256 public proposedAt_;
    bytes32 private _digest;
    mapping(address account => uint256) private _seats;
    mapping(address account => uint256) private _locked;

    function link(address disputes_) external {
        disputes = disputes_;
    }

    function seat(address account, uint256 number) external {
        _seats[account] = number;
    }

    function lock(address account, uint256 amount) external {
        (_seats[account], _locked[account]) = (0, amount);
    }

    function propose(ISettlement.BatchRef calldata ref) external {
        (_digest, proposedAt_, fallenFor) = (keccak256(abi.encode(ref)), block.timestamp, address(0));
    }

    function finish() external {
        isFinal = true;
    }

    function drop() external {
        _digest = 0;
    }

    function statusOf(ISettlement.BatchRef calldata ref) public view returns (bool, bool) {
        return (keccak256(abi.encode(ref)) == _digest, isFinal);
    }

    function fall(ISettlement.BatchRef calldata ref, address challenger) external {
        _requireOpen(ref);
        (_digest, fallenFor) = (0, challenger);
    }

    function countDemand(ISettlement.BatchRef calldata ref, bool isAnswer) external returns (BatchState memory state) {
        _requireOpen(ref);
        state = ref.state;
        if (isAnswer) --state.openDemands;
        else ++state.openDemands;
        _digest = keccak256(
            abi.encode(ISettlement.BatchRef(ref.neighbourhood, ref.number, ref.headerHash, ref.movementsHash, state))
        );
    }

    function neighbourhoodOf(bytes32) external pure returns (ISettlement.Neighbourhood memory terms) {
        (terms.operator, terms.slotSeconds) = (OPERATOR, SLOT_SECONDS);
    }

    function proposedAt(bytes32, uint64) external view returns (uint256) {
        return proposedAt_;
    }

    function digestOf(bytes32, uint256) external view returns (bytes32) {
        return _digest;
    }

    function seatOf(bytes32, address account) external view returns (uint256) {
        return _seats[account];
    }

    function balanceOf(bytes32, address account) external view returns (uint256) {
        return _seats[account] == 0 ? 0 : 1;
    }

    function withdrawalOf(bytes32, address account) external view returns (IVault.Withdrawal memory withdrawal) {
        withdrawal.amountMicroEur = uint128(_locked[account]);
    }

    function _requireOpen(ISettlement.BatchRef calldata ref) private view {
        (bool isKept, ) = statusOf(ref);
        require(msg.sender == disputes && isKept, "not open");
    }
}
