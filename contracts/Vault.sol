// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Ledger} from "./Ledger.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IVault} from "./interfaces/IVault.sol";
import {BatchDigest} from "./types/BatchDigest.sol";
import {Treasury, TreasuryWord} from "./types/Treasury.sol";

/// @title Vault
/// @notice Escrow of EURC, the bonds of operators, and the ledger of all accounts. It has no owner and no upgrade.
contract Vault is Ledger, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice The least that a first deposit brings, µEUR: seats are not free to fill up.
    uint256 public constant OPENING_MIN = 1_000_000;
    /// @notice How long an operator must be silent before its accounts may leave with all they have, in seconds.
    uint256 public constant SILENCE = 14 days;
    /// @notice The least bond behind a proposed batch, µEUR.
    uint256 public constant BOND_MIN = 100_000_000;
    /// @dev Where burnt coins go: EURC cannot be sent to the zero address.
    address private constant NOBODY = 0x000000000000000000000000000000000000dEaD;

    /// @notice The coin in escrow.
    IERC20 public immutable coin;
    /// @notice The one contract that may move balances: the one that made this vault.
    ISettlement public immutable settlement;

    mapping(bytes32 neighbourhood => mapping(address account => Withdrawal)) private _withdrawals;
    /// @inheritdoc IVault
    mapping(bytes32 neighbourhood => uint256 microEur) public bondOf;
    /// @inheritdoc IVault
    mapping(bytes32 neighbourhood => mapping(uint256 number => bytes32)) public digestOf;
    /// @inheritdoc IVault
    mapping(bytes32 neighbourhood => uint256 microEur) public partsDebitOf;

    modifier onlySettlement() {
        require(msg.sender == address(settlement), NotSettlement(msg.sender));
        _;
    }

    /// @param coin_ the coin in escrow
    constructor(IERC20 coin_) {
        coin = coin_;
        settlement = ISettlement(msg.sender);
    }

    /// @inheritdoc IVault
    function deposit(bytes32 neighbourhood, address account, uint256 amountMicroEur) external nonReentrant {
        _deposit(neighbourhood, account, amountMicroEur);
    }

    /// @inheritdoc IVault
    function depositWithPermit(
        bytes32 neighbourhood,
        address account,
        uint256 amountMicroEur,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Whoever saw the permit may have used it before; the allowance is there all the same.
        try IERC20Permit(address(coin)).permit(msg.sender, address(this), amountMicroEur, deadline, v, r, s) {}
            catch {}
        _deposit(neighbourhood, account, amountMicroEur);
    }

    /// @inheritdoc IVault
    function requestWithdrawal(bytes32 neighbourhood, uint256 amountMicroEur) external nonReentrant {
        require(amountMicroEur != 0, ZeroAmount());
        uint256 balance = balanceOf(neighbourhood, msg.sender);
        require(balance >= amountMicroEur, InsufficientBalance(msg.sender, balance, amountMicroEur));
        _debit(neighbourhood, seatOf[neighbourhood][msg.sender], amountMicroEur);
        uint256 total = _withdrawals[neighbourhood][msg.sender].amountMicroEur + amountMicroEur;
        ISettlement.Neighbourhood memory terms = settlement.neighbourhoodOf(neighbourhood);
        uint256 lastOpenSlot = block.timestamp / terms.slotSeconds + terms.slotsAhead;
        _withdrawals[neighbourhood][msg.sender] = Withdrawal(total.toUint128(), lastOpenSlot.toUint64());
        emit WithdrawalRequested(neighbourhood, msg.sender, amountMicroEur, total);
    }

    /// @inheritdoc IVault
    function claimWithdrawal(bytes32 neighbourhood) external nonReentrant {
        Withdrawal memory withdrawal = _withdrawals[neighbourhood][msg.sender];
        require(withdrawal.amountMicroEur != 0, NothingToClaim(msg.sender));
        uint64 lastFinalSlot = settlement.lastFinalSlot(neighbourhood);
        require(lastFinalSlot >= withdrawal.lastOpenSlot, SlotsNotFinal(lastFinalSlot, withdrawal.lastOpenSlot));
        delete _withdrawals[neighbourhood][msg.sender];
        emit Withdrawn(neighbourhood, msg.sender, withdrawal.amountMicroEur);
        coin.safeTransfer(msg.sender, withdrawal.amountMicroEur);
    }

    /// @inheritdoc IVault
    function escape(bytes32 neighbourhood) external nonReentrant {
        uint256 abandonedAt = settlement.silentSince(neighbourhood) + SILENCE;
        require(block.timestamp >= abandonedAt, NotAbandoned(abandonedAt, block.timestamp));
        uint256 balance = balanceOf(neighbourhood, msg.sender);
        uint256 total = balance + _withdrawals[neighbourhood][msg.sender].amountMicroEur;
        require(total != 0, NothingToClaim(msg.sender));
        _debit(neighbourhood, seatOf[neighbourhood][msg.sender], balance);
        delete _withdrawals[neighbourhood][msg.sender];
        emit Escaped(neighbourhood, msg.sender, total);
        coin.safeTransfer(msg.sender, total);
    }

    /// @inheritdoc IVault
    function postBond(bytes32 neighbourhood, uint256 amountMicroEur) external nonReentrant {
        _requireOpen(neighbourhood, amountMicroEur);
        bondOf[neighbourhood] += amountMicroEur;
        emit BondPosted(neighbourhood, msg.sender, amountMicroEur);
        _take(amountMicroEur);
    }

    /// @inheritdoc IVault
    function releaseBond(bytes32 neighbourhood, uint256 amountMicroEur) external nonReentrant {
        address operator = settlement.neighbourhoodOf(neighbourhood).operator;
        require(msg.sender == operator, NotOperator(msg.sender));
        uint256 bond = bondOf[neighbourhood];
        uint256 needed;
        if (settlement.lastProposed(neighbourhood) != settlement.lastFinal(neighbourhood)) {
            needed = settlement.unfinalMicroEur(neighbourhood);
            if (needed < BOND_MIN) needed = BOND_MIN;
        }
        uint256 free = bond > needed ? bond - needed : 0;
        require(amountMicroEur <= free, BondInUse(free, amountMicroEur));
        bondOf[neighbourhood] = bond - amountMicroEur;
        emit BondReturned(neighbourhood, amountMicroEur);
        coin.safeTransfer(operator, amountMicroEur);
    }

    /// @inheritdoc IVault
    function open(bytes32 neighbourhood, address supplier, address grid, address fund) external onlySettlement {
        _openLedger(neighbourhood, [supplier, grid, fund]);
    }

    /// @inheritdoc IVault
    function expect(bytes32 neighbourhood, uint256 number, bytes32 digest) external onlySettlement {
        digestOf[neighbourhood][number] = digest;
    }

    /// @inheritdoc IVault
    /// @dev Calls nobody, so it needs no guard against re-entry.
    function applyBatch(
        bytes32 neighbourhood,
        uint256 number,
        bytes32 headerHash,
        uint256 packedState,
        bytes calldata movements
    ) external {
        bytes32 movementsHash = keccak256(abi.encode(keccak256(movements)));
        _requireDue(neighbourhood, number, BatchDigest.digest(headerHash, movementsHash, packedState), packedState);
        _applyWhole(neighbourhood, number, packedState, movements);
    }

    /// @inheritdoc IVault
    function applyConsented(
        bytes32 neighbourhood,
        uint256 number,
        bytes32 digest,
        uint256 packedState,
        bytes calldata movements
    ) external onlySettlement {
        if (digest != digestOf[neighbourhood][number]) revert NotAsProposed(neighbourhood, number);
        _applyWhole(neighbourhood, number, packedState, movements);
    }

    function _applyWhole(bytes32 neighbourhood, uint256 number, uint256 packedState, bytes calldata movements) private {
        (uint256 shortfall, uint256 debitMicroEur) = _book(neighbourhood, number, 0, true, movements);
        uint256 proposed = uint64(packedState >> 40);
        if (debitMicroEur > proposed) revert WrongDebit(debitMicroEur, proposed);
        if (shortfall != 0) _cover(neighbourhood, shortfall);
        emit Applied(neighbourhood, number);
    }

    /// @inheritdoc IVault
    function applyPart(ISettlement.BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements)
        external
    {
        (uint256 part, bool isLast) = _nextPart(ref, partHashes, movements);
        (uint256 shortfall, uint256 debitMicroEur) = _book(ref.neighbourhood, ref.number, part, isLast, movements);
        uint256 through = partsDebitOf[ref.neighbourhood] + debitMicroEur;
        require(through <= ref.state.debitMicroEur, WrongDebit(through, ref.state.debitMicroEur));
        partsDebitOf[ref.neighbourhood] = isLast ? 0 : through;
        if (shortfall != 0) _cover(ref.neighbourhood, shortfall);
        emit PartApplied(ref.neighbourhood, ref.number, part);
        if (isLast) emit Applied(ref.neighbourhood, ref.number);
    }

    /// @inheritdoc IVault
    function skipPart(ISettlement.BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements)
        external
        onlySettlement
    {
        (uint256 part, bool isLast) = _nextPart(ref, partHashes, movements);
        _skip(ref.neighbourhood, isLast);
        if (isLast) partsDebitOf[ref.neighbourhood] = 0;
        emit PartSkipped(ref.neighbourhood, ref.number, part);
        if (isLast) emit Applied(ref.neighbourhood, ref.number);
    }

    /// @inheritdoc IVault
    function skipRest(bytes32 neighbourhood, uint256 number) external onlySettlement {
        emit PartSkipped(neighbourhood, number, _treasuries[neighbourhood].parts());
        _skip(neighbourhood, true);
        partsDebitOf[neighbourhood] = 0;
        emit Applied(neighbourhood, number);
    }

    /// @inheritdoc IVault
    function slashBond(bytes32 neighbourhood, uint256 amountMicroEur, address challenger)
        external
        onlySettlement
        nonReentrant
    {
        bondOf[neighbourhood] -= amountMicroEur;
        uint256 reward = challenger == address(0) ? 0 : amountMicroEur / 2;
        emit BondSlashed(neighbourhood, challenger, reward, amountMicroEur - reward);
        if (reward != 0) coin.safeTransfer(challenger, reward);
        coin.safeTransfer(NOBODY, amountMicroEur - reward);
    }

    /// @inheritdoc IVault
    function withdrawalOf(bytes32 neighbourhood, address account) external view returns (Withdrawal memory) {
        return _withdrawals[neighbourhood][account];
    }

    function _deposit(bytes32 neighbourhood, address account, uint256 amountMicroEur) private {
        _requireOpen(neighbourhood, amountMicroEur);
        require(account != address(0), ZeroAccount());
        uint256 seat = seatOf[neighbourhood][account];
        if (seat == 0) {
            require(amountMicroEur >= OPENING_MIN, OpeningTooSmall(amountMicroEur, OPENING_MIN));
            seat = _takeSeat(neighbourhood, account);
        }
        _credit(neighbourhood, seat, amountMicroEur);
        emit Deposited(neighbourhood, account, msg.sender, amountMicroEur);
        _take(amountMicroEur);
    }

    /// @dev Which part is next, if `movements` is that part of what was proposed and its time has come.
    function _nextPart(ISettlement.BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements)
        private
        view
        returns (uint256 part, bool isLast)
    {
        bytes32 movementsHash = keccak256(abi.encodePacked(partHashes));
        uint256 packedState = BatchDigest.pack(ref.state);
        bytes32 digest = BatchDigest.digest(ref.headerHash, movementsHash, packedState);
        _requireDue(ref.neighbourhood, ref.number, digest, packedState);
        Treasury treasury = _treasuries[ref.neighbourhood];
        part = treasury.parts();
        // The digest of another batch, one that is final, too, says nothing of this one's parts.
        require(ref.number == treasury.next(), WrongPart(ref.number, part, treasury.next(), part));
        // One more would run over its counter.
        require(partHashes.length <= TreasuryWord.PARTS_MAX, TooManyParts(partHashes.length, TreasuryWord.PARTS_MAX));
        bytes32 partHash = keccak256(movements);
        require(part < partHashes.length && partHash == partHashes[part], WrongMovements(partHash));
        isLast = part + 1 == partHashes.length;
    }

    /// @dev As proposed, and after its window.
    function _requireDue(bytes32 neighbourhood, uint256 number, bytes32 digest, uint256 packedState) private view {
        if (digest != digestOf[neighbourhood][number]) revert NotAsProposed(neighbourhood, number);
        uint256 closesAt = uint40(packedState);
        if (block.timestamp < closesAt) revert WindowOpen(closesAt, block.timestamp);
        uint256 openDemands = uint32(packedState >> 104);
        if (openDemands != 0) revert DataDemanded(openDemands);
    }

    function _requireOpen(bytes32 neighbourhood, uint256 amountMicroEur) private view {
        require(_treasuries[neighbourhood].seats() != 0, UnknownNeighbourhood(neighbourhood));
        require(amountMicroEur != 0, ZeroAmount());
    }

    /// @dev Takes the caller's coins, and believes only what arrives.
    function _take(uint256 amountMicroEur) private {
        uint256 before = coin.balanceOf(address(this));
        coin.safeTransferFrom(msg.sender, address(this), amountMicroEur);
        uint256 arrived = coin.balanceOf(address(this)) - before;
        require(arrived == amountMicroEur, WrongAmountArrived(arrived, amountMicroEur));
    }

    /// @dev Pays for those who cannot: the fund, then the bond, which is at least what is not booked yet of all that
    /// proposed batches debit.
    function _cover(bytes32 neighbourhood, uint256 shortfallMicroEur) private {
        uint256 fromBond = _debit(neighbourhood, 3, shortfallMicroEur);
        if (fromBond != 0) bondOf[neighbourhood] -= fromBond;
        emit Covered(neighbourhood, shortfallMicroEur - fromBond, fromBond);
    }

    function _takeLocked(bytes32 neighbourhood, address account, uint256 amountMicroEur)
        internal
        override
        returns (uint256 takenMicroEur)
    {
        uint256 locked = _withdrawals[neighbourhood][account].amountMicroEur;
        takenMicroEur = locked < amountMicroEur ? locked : amountMicroEur;
        if (takenMicroEur != 0) {
            _withdrawals[neighbourhood][account].amountMicroEur = (locked - takenMicroEur).toUint128();
        }
    }
}
