// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IDataDemands} from "../interfaces/IDataDemands.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {IVault} from "../interfaces/IVault.sol";
import {BatchHeader} from "../types/BatchHeader.sol";
import {Bills, Legs, Statements} from "../types/Evidence.sol";
import {Fault} from "../types/Fault.sol";
import {Leg} from "../types/Leg.sol";
import {StatementLeaf} from "../types/StatementLeaf.sol";
import {Terms} from "../types/Terms.sol";
import {Revealed} from "./Revealed.sol";
import {Span, Spans} from "./Span.sol";

/// @title DataDemands
/// @notice What is behind a batch's roots must be shown to whom it is about, or the batch falls.
abstract contract DataDemands is Revealed, IDataDemands {
    using SafeERC20 for IERC20;
    using Spans for Bills;
    using Spans for Legs;
    using Spans for Span;
    using Spans for Statements;

    /// @notice What a demand costs who makes it for nothing, in µEUR: about what showing the leaves costs.
    uint256 public constant DEPOSIT = 5_000_000;

    /// @notice The ledger of all accounts.
    IVault public immutable vault;
    /// @notice What deposits are paid in.
    IERC20 public immutable coin;

    mapping(bytes32 key => Demand) private _demands;

    constructor(IVault vault_, IERC20 coin_) {
        vault = vault_;
        coin = coin_;
    }

    /// @inheritdoc IDataDemands
    function demandData(ISettlement.BatchRef calldata ref, BatchHeader calldata header, uint64 slot) external {
        _requireOpen(ref, header);
        require(_isSettled(header, slot), SlotNotInBatch(slot, header.firstSlot, header.lastSlot));
        uint256 locked = vault.withdrawalOf(ref.neighbourhood, msg.sender).amountMicroEur;
        require(vault.balanceOf(ref.neighbourhood, msg.sender) + locked != 0, NoBalance(msg.sender));
        uint256 window = settlement.disputeWindow();
        uint256 proposedAt = settlement.proposedAt(ref.neighbourhood, ref.number);
        uint256 until = ref.state.closesAt - window / 2;
        require(
            proposedAt < block.timestamp && block.timestamp <= until,
            OutsideDemandTime(proposedAt + 1, until, block.timestamp)
        );
        Demand storage demand = _demands[_keyOf(ref, msg.sender, slot)];
        // The deposit of a demand that fell with an earlier proposal of the same batch stands for this one.
        bool isPaid = demand.status == DemandStatus.Open;
        require(demand.demandedAt <= proposedAt, AlreadyDemanded(msg.sender, slot));
        uint256 answerBy = block.timestamp + window / 4;
        _demands[_keyOf(ref, msg.sender, slot)] =
            Demand(uint48(block.timestamp), uint48(answerBy), 0, false, false, DemandStatus.Open);
        emit DataDemanded(ref.neighbourhood, ref.number, msg.sender, slot, answerBy);
        settlement.countDemand(ref, false);
        if (!isPaid) coin.safeTransferFrom(msg.sender, address(this), DEPOSIT);
    }

    /// @inheritdoc IDataDemands
    function showHome(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        address account,
        uint64 slot,
        Terms calldata terms,
        Metered calldata metered,
        Bills calldata bills
    ) external {
        _requireOpen(ref, header);
        Demand storage demand = _answerableDemand(ref, account, slot);
        require(!demand.isHomeShown, AlreadyShown(account, slot));
        demand.isHomeShown = true;
        _requireTerms(header, terms);
        _requireMetered(header, Spans.groupOf(account, slot), metered);
        _requireBill(header, Spans.groupOf(account, slot), bills);
        if (demand.areLegsShown) _close(demand, ref, account, slot);
    }

    /// @inheritdoc IDataDemands
    function showLegs(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        address account,
        uint64 slot,
        Legs calldata legs,
        SignedOrder[] calldata orders
    ) external {
        _requireOpen(ref, header);
        Demand storage demand = _answerableDemand(ref, account, slot);
        require(!demand.areLegsShown, AlreadyShown(account, slot));
        Span memory span = legs.prove(header.tradesRoot);
        uint256 group = Spans.groupOf(account, slot);
        _requireGoesOn(demand.legsThrough, span, group);
        uint256 shown = _requireOrders(span, group, legs, orders);
        require(shown == orders.length, WrongLeafCount(orders.length));
        uint256 leaves = span.groups.length;
        demand.areLegsShown =
            span.isTreeEmpty || span.first + leaves == span.count || span.groups[leaves - 1] > group;
        demand.legsThrough = uint64(span.first + leaves);
        if (demand.areLegsShown && demand.isHomeShown) _close(demand, ref, account, slot);
    }

    /// @inheritdoc IDataDemands
    function dropWithheld(ISettlement.BatchRef calldata ref, address account, uint64 slot) external {
        Demand storage demand = _openDemand(ref, account, slot);
        require(block.timestamp > demand.answerBy, StillTime(demand.answerBy, block.timestamp));
        demand.status = DemandStatus.Closed;
        emit DepositReturned(ref.neighbourhood, ref.number, account, slot);
        _fall(ref, Fault.DataWithheld, account);
        coin.safeTransfer(account, DEPOSIT);
    }

    /// @inheritdoc IDataDemands
    function returnDeposit(ISettlement.BatchRef calldata ref, address account, uint64 slot) external {
        Demand storage demand = _demands[_keyOf(ref, account, slot)];
        require(demand.status == DemandStatus.Open, NotDemanded(account, slot));
        bool isProposed = vault.digestOf(ref.neighbourhood, ref.number) != 0;
        require(!isProposed || !_isOfThisProposal(demand, ref), StillOpen(account, slot));
        demand.status = DemandStatus.Closed;
        emit DepositReturned(ref.neighbourhood, ref.number, account, slot);
        coin.safeTransfer(account, DEPOSIT);
    }

    /// @inheritdoc IDataDemands
    function demandOf(ISettlement.BatchRef calldata ref, address account, uint64 slot)
        external
        view
        returns (Demand memory)
    {
        return _demands[_keyOf(ref, account, slot)];
    }

    /// @dev All was shown: the deposit is the operator's.
    function _close(Demand storage demand, ISettlement.BatchRef calldata ref, address account, uint64 slot) private {
        demand.status = DemandStatus.Closed;
        emit DataShown(ref.neighbourhood, ref.number, account, slot);
        settlement.countDemand(ref, true);
        coin.safeTransfer(settlement.neighbourhoodOf(ref.neighbourhood).operator, DEPOSIT);
    }

    /// @dev The demand, if it is of this very proposal and waits.
    function _openDemand(ISettlement.BatchRef calldata ref, address account, uint64 slot)
        private
        view
        returns (Demand storage demand)
    {
        demand = _demands[_keyOf(ref, account, slot)];
        bool isOpen = demand.status == DemandStatus.Open && _isOfThisProposal(demand, ref);
        require(isOpen, NotDemanded(account, slot));
    }

    /// @dev The same, while there is time to answer it.
    function _answerableDemand(ISettlement.BatchRef calldata ref, address account, uint64 slot)
        private
        view
        returns (Demand storage demand)
    {
        demand = _openDemand(ref, account, slot);
        require(block.timestamp <= demand.answerBy, TooLate(demand.answerBy, block.timestamp));
    }

    /// @dev A batch that fell with one before it may be proposed again as it was: demands of then do not count.
    function _isOfThisProposal(Demand storage demand, ISettlement.BatchRef calldata ref) private view returns (bool) {
        return demand.demandedAt > settlement.proposedAt(ref.neighbourhood, ref.number);
    }

    function _requireMetered(BatchHeader calldata header, uint256 group, Metered calldata metered) private pure {
        Span memory span = metered.statements.prove(header.statementsRoot);
        if (!span.beginsWith(group)) return span.requireAbsent(group);
        StatementLeaf calldata leaf = metered.statements.shown[0].leaf;
        _requireStatement(metered.message, leaf.structHash);
        _requireSigned(metered.signed, leaf.signatureHash);
    }

    /// @dev The bill with both its neighbours, for its totals follow from the one and end before the other.
    function _requireBill(BatchHeader calldata header, uint256 group, Bills calldata bills) private pure {
        Span memory span = bills.prove(header.billsRoot);
        uint256 leaves = span.groups.length;
        uint256 place = leaves > 1 && span.groups[1] == group ? 1 : 0;
        if (leaves == 0 || span.groups[place] != group) return span.requireAbsent(group);
        require(place == 1 || span.first == 0, Incomplete(span.first));
        require(place + 1 < leaves || span.first + leaves == span.count, Incomplete(span.first + leaves - 1));
    }

    /// @dev The legs begin below the group, or with the tree, or where the last call ended.
    function _requireGoesOn(uint64 legsThrough, Span memory span, uint256 group) private pure {
        if (span.isTreeEmpty) return;
        bool isBegin = span.first == 0 || span.groups[0] < group;
        require(legsThrough == 0 ? isBegin : span.first == legsThrough, Incomplete(span.first));
    }

    /// @dev Checks the orders of all legs of the group, which are all of the list but perhaps its first and its last.
    /// @return shown how many there are
    function _requireOrders(Span memory span, uint256 group, Legs calldata legs, SignedOrder[] calldata orders)
        private
        view
        returns (uint256 shown)
    {
        uint256 leaves = span.groups.length;
        for (uint256 i = 0; i < leaves; ++i) {
            if (span.groups[i] != group) {
                // Below the group only before it, above it only after it.
                bool isBracket = span.groups[i] < group ? shown == 0 : i == leaves - 1;
                require(isBracket, Incomplete(span.first + i));
                continue;
            }
            require(shown < orders.length, WrongLeafCount(orders.length));
            Leg calldata leg = legs.shown[i].leaf;
            _requireOrder(orders[shown].order, leg.orderId);
            _requireSigned(orders[shown].signed, leg.signatureHash);
            ++shown;
        }
    }

    /// @dev Makes the batch fall.
    function _fall(ISettlement.BatchRef calldata ref, Fault fault, address challenger) internal virtual;

    function _keyOf(ISettlement.BatchRef calldata ref, address account, uint64 slot) private pure returns (bytes32) {
        return keccak256(
            abi.encode(ref.neighbourhood, ref.number, ref.headerHash, ref.movementsHash, account, slot)
        );
    }
}
