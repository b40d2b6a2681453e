// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vault} from "./Vault.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Movement} from "./types/Movement.sol";
import {Proposal} from "./types/Proposal.sol";

/// @title Settlement
/// @notice Numbered batches of each neighbourhood: proposed, open to dispute for a window, then final for ever.
contract Settlement is ISettlement {
    /// @notice Accounts of one batch, so that booking all of them fits a transaction (16.7 M gas).
    uint256 public constant MAX_ACCOUNTS = 500;
    /// @dev Proposals that one `finalize` moves `settledThrough` over; more may wait behind another neighbourhood.
    uint256 private constant ADVANCE_STEPS = 16;

    /// @notice Who proposes.
    address public immutable operator;
    /// @inheritdoc ISettlement
    uint64 public immutable disputeWindow;
    /// @notice The escrow; made here, so that neither can ever be linked to another.
    Vault public immutable vault;

    /// @inheritdoc ISettlement
    uint64 public proposals;
    /// @inheritdoc ISettlement
    uint64 public settledThrough;
    /// @notice The number of a neighbourhood's last proposed batch.
    mapping(bytes32 neighbourhood => uint64 number) public lastProposed;
    /// @notice The number of a neighbourhood's last final batch.
    mapping(bytes32 neighbourhood => uint64 number) public lastFinal;

    struct Place {
        bytes32 neighbourhood;
        uint64 number;
    }
    mapping(bytes32 neighbourhood => mapping(uint64 number => Batch)) private _batches;
    mapping(uint64 order => Place) private _places;

    /// @param operator_ who proposes
    /// @param disputeWindow_ seconds between proposal and finality
    /// @param coin what homes pay with
    constructor(address operator_, uint64 disputeWindow_, IERC20 coin) {
        operator = operator_;
        disputeWindow = disputeWindow_;
        vault = new Vault(coin);
    }

    /// @inheritdoc ISettlement
    function propose(Proposal calldata proposal, Movement[] calldata movements) external {
        require(msg.sender == operator, NotOperator(msg.sender));
        bytes32 neighbourhood = proposal.neighbourhood;
        uint64 expected = lastProposed[neighbourhood] + 1;
        require(proposal.number == expected, WrongNumber(proposal.number, expected));
        uint64 settledSlot = _batches[neighbourhood][expected - 1].lastSlot;
        require(
            proposal.firstSlot <= proposal.lastSlot && (expected == 1 || proposal.firstSlot > settledSlot),
            WrongSlots(proposal.firstSlot, proposal.lastSlot, settledSlot)
        );
        _checkConservation(movements);

        uint64 order = ++proposals;
        lastProposed[neighbourhood] = expected;
        _places[order] = Place(neighbourhood, expected);
        _batches[neighbourhood][expected] = Batch({
            proposedAt: uint64(block.timestamp),
            firstSlot: proposal.firstSlot,
            lastSlot: proposal.lastSlot,
            isFinal: false,
            backstop: proposal.backstop,
            tradesRoot: proposal.tradesRoot,
            statementsRoot: proposal.statementsRoot,
            creditsRoot: proposal.creditsRoot,
            movementsHash: keccak256(abi.encode(movements))
        });
        emit BatchProposed(
            neighbourhood,
            expected,
            order,
            proposal.tradesRoot,
            proposal.statementsRoot,
            proposal.creditsRoot,
            proposal.archiveHash,
            proposal.tradedWh
        );
    }

    /// @inheritdoc ISettlement
    function finalize(bytes32 neighbourhood, uint64 number, Movement[] calldata movements) external {
        uint64 expected = lastFinal[neighbourhood] + 1;
        require(number == expected && number <= lastProposed[neighbourhood], WrongNumber(number, expected));
        Batch storage batch = _batches[neighbourhood][number];
        uint256 closesAt = uint256(batch.proposedAt) + disputeWindow;
        require(block.timestamp >= closesAt, WindowOpen(closesAt, block.timestamp));
        bytes32 movementsHash = keccak256(abi.encode(movements));
        // Only movements that sum to zero were ever proposed, so the hash carries conservation here.
        require(movementsHash == batch.movementsHash, WrongMovements(movementsHash, batch.movementsHash));

        batch.isFinal = true;
        lastFinal[neighbourhood] = number;
        _advance(ADVANCE_STEPS);
        emit BatchFinalized(neighbourhood, number);
        vault.applyMovements(movements, batch.backstop);
    }

    /// @inheritdoc ISettlement
    function advance(uint256 steps) external {
        _advance(steps);
    }

    /// @inheritdoc ISettlement
    function batchOf(bytes32 neighbourhood, uint64 number) external view returns (Batch memory) {
        return _batches[neighbourhood][number];
    }

    function _advance(uint256 steps) private {
        uint64 through = settledThrough;
        uint64 last = proposals;
        for (; steps != 0 && through < last; --steps) {
            Place storage place = _places[through + 1];
            if (lastFinal[place.neighbourhood] < place.number) break;
            ++through;
        }
        settledThrough = through;
    }

    function _checkConservation(Movement[] calldata movements) private pure {
        require(movements.length <= MAX_ACCOUNTS, TooManyAccounts(movements.length, MAX_ACCOUNTS));
        int256 money;
        int256 position;
        int256 deviation;
        address previous;
        for (uint256 i = 0; i < movements.length; ++i) {
            Movement calldata movement = movements[i];
            // Also refuses the zero address, which nobody could ever withdraw from.
            require(movement.account > previous, AccountsNotAscending(movement.account));
            previous = movement.account;
            money += movement.moneyMicroEur;
            position += movement.positionWh;
            deviation += movement.deviationWh;
        }
        require(money == 0 && position == 0 && deviation == 0, DoesNotSumToZero(money, position, deviation));
    }
}
