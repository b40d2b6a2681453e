// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Intake} from "./Intake.sol";
import {Vault} from "./Vault.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IConsentKeys} from "./interfaces/IConsentKeys.sol";
import {IVault} from "./interfaces/IVault.sol";
import {BatchDigest} from "./types/BatchDigest.sol";
import {BatchHeader} from "./types/BatchHeader.sol";
import {BatchState} from "./types/BatchState.sol";
import {G2Point} from "./types/Bls12381.sol";
import {MovementsCheck} from "./types/MovementsCheck.sol";
import {Terms} from "./types/Terms.sol";
import {TreasuryWord} from "./types/Treasury.sol";

/// @title Settlement
/// @notice Numbered batches of each neighbourhood: proposed behind a bond, open to dispute for a window, then final.
contract Settlement is ISettlement, Intake {
    /// @notice Batches of one neighbourhood that may wait for their end at once.
    uint64 public constant OPEN_MAX = 32;
    /// @notice The longest dispute window, in seconds. With what a guardian may add it is not longer than the silence
    /// after which accounts escape (`Vault.SILENCE`): a batch comes first.
    uint40 public constant WINDOW_MAX = 7 days;
    /// @notice How long after its window a batch may be applied before anyone may drop it, in seconds. A week more than
    /// a window can be lengthened by: a batch may have to wait for one before it.
    uint256 public constant EXPIRY = LENGTHEN_MAX + 7 days;
    /// @notice The slots of a neighbourhood that are open for trading last no longer, in seconds: a withdrawal waits
    /// for the last of them.
    uint256 public constant HORIZON_MAX = 31 days;
    /// @notice How long before the first slot that they can be traded for other terms are announced, in seconds.
    uint256 public constant TERMS_NOTICE = 7 days;

    /// @inheritdoc ISettlement
    uint40 public immutable disputeWindow;
    /// @notice The escrow; made here, so that neither can ever be linked to another.
    Vault public immutable vault;
    /// @notice Who hears disputes; named once.
    address public disputes;
    /// @notice Who checks consent; named once.
    IConsentKeys public consentKeys;
    address private immutable _deployer;

    /// @dev What is kept beside a batch's hash; of number 0, of the neighbourhood's opening. The debits run from the
    /// first batch on, so that what is open is one difference; so do the pauses of the intake.
    struct Record {
        uint96 debitsThroughMicroEur;
        uint64 lastSlot;
        uint40 proposedAt;
        uint56 pausedSeconds;
    }

    /// @dev Hashes of the terms of batches before `nextFromSlot`, and from it on; 0: none are announced.
    struct AgreedTerms {
        bytes32 hash;
        bytes32 nextHash;
        uint64 nextFromSlot;
    }

    mapping(bytes32 neighbourhood => Neighbourhood) private _neighbourhoods;
    mapping(bytes32 neighbourhood => AgreedTerms) private _terms;
    mapping(bytes32 neighbourhood => mapping(uint64 number => Record)) private _records;
    /// @inheritdoc ISettlement
    mapping(bytes32 neighbourhood => uint64) public lastProposed;

    /// @param coin what homes pay with
    /// @param disputeWindow_ seconds between a proposal and when it can be applied
    /// @param guardian_ who may pause the intake and lengthen windows, and nothing else
    constructor(IERC20 coin, uint40 disputeWindow_, address guardian_) Intake(guardian_) {
        require(disputeWindow_ <= WINDOW_MAX, TooLong(disputeWindow_, WINDOW_MAX));
        disputeWindow = disputeWindow_;
        vault = new Vault(coin);
        _deployer = msg.sender;
    }

    /// @inheritdoc ISettlement
    function link(address disputes_, IConsentKeys consentKeys_) external {
        require(msg.sender == _deployer && disputes == address(0) && disputes_ != address(0), CannotLink(msg.sender));
        disputes = disputes_;
        consentKeys = consentKeys_;
        emit Linked(disputes_, address(consentKeys_));
    }

    /// @inheritdoc ISettlement
    function openNeighbourhood(bytes32 id, Neighbourhood calldata terms, Terms calldata billTerms) external {
        require(_neighbourhoods[id].operator == address(0), NeighbourhoodExists(id));
        require(
            terms.operator == msg.sender && terms.supplier != address(0) && terms.grid != address(0)
                && terms.fund != address(0) && terms.supplier != terms.grid && terms.supplier != terms.fund
                && terms.grid != terms.fund && terms.slotSeconds != 0
                && uint256(terms.slotSeconds) * (uint256(terms.slotsAhead) + 1) <= HORIZON_MAX,
            WrongTerms(terms)
        );
        _neighbourhoods[id] = terms;
        _records[id][0] = Record(0, 0, uint40(block.timestamp), _pausedSeconds());
        _terms[id].hash = keccak256(abi.encode(billTerms));
        emit NeighbourhoodOpened(id, terms);
        emit TermsAgreed(id, 0, billTerms);
        vault.open(id, terms.supplier, terms.grid, terms.fund);
    }

    /// @inheritdoc ISettlement
    function announceTerms(bytes32 id, Terms calldata billTerms, uint64 fromSlot) external {
        Neighbourhood storage neighbourhood = _neighbourhoods[id];
        require(msg.sender == neighbourhood.operator, NotOperator(msg.sender));
        AgreedTerms storage agreed = _terms[id];
        uint64 announced = agreed.nextFromSlot;
        if (announced != 0) {
            // What is final never falls, so no batch comes any more that those before were for.
            require(_lastFinalSlot(id) >= announced, TermsAlreadyAnnounced(announced));
            agreed.hash = agreed.nextHash;
        }
        uint256 noticed = (block.timestamp + TERMS_NOTICE) / neighbourhood.slotSeconds + neighbourhood.slotsAhead;
        require(fromSlot > noticed, TermsTooSoon(fromSlot, noticed + 1));
        (agreed.nextHash, agreed.nextFromSlot) = (keccak256(abi.encode(billTerms)), fromSlot);
        emit TermsAgreed(id, fromSlot, billTerms);
    }

    /// @inheritdoc ISettlement
    function propose(BatchHeader calldata header, bytes32 movementsHash, uint64 debitMicroEur) external whileOpen {
        bytes32 id = header.neighbourhood;
        require(disputes != address(0), NotLinked());
        require(msg.sender == _neighbourhoods[id].operator, NotOperator(msg.sender));
        uint64 number = lastProposed[id] + 1;
        require(header.number == number, WrongNumber(header.number, number));
        uint64 applied = vault.lastApplied(id);
        require(number - applied <= OPEN_MAX, TooManyOpen(number - applied, OPEN_MAX));
        Record memory previous = _records[id][number - 1];
        _checkSlots(header, previous.lastSlot, _neighbourhoods[id].slotSeconds);
        _checkTerms(header);
        uint96 debitsThrough = previous.debitsThroughMicroEur + debitMicroEur;
        _checkBond(id, debitsThrough - _records[id][applied].debitsThroughMicroEur);

        BatchState memory state = BatchState(uint40(block.timestamp) + disputeWindow, debitMicroEur, 0, false);
        lastProposed[id] = number;
        _records[id][number] = Record(debitsThrough, header.lastSlot, uint40(block.timestamp), _pausedSeconds());
        vault.expect(id, number, BatchDigest.digest(keccak256(abi.encode(header)), movementsHash, BatchDigest.pack(state)));
        emit BatchProposed(id, number, header, movementsHash, state);
    }

    /// @inheritdoc ISettlement
    function applyConsented(BatchRef calldata ref, bytes calldata movements, G2Point calldata signature) external {
        bytes32 movementsHash = keccak256(abi.encode(keccak256(movements)));
        (bytes32 id, uint64 number, bytes32 headerHash) = (ref.neighbourhood, ref.number, ref.headerHash);
        uint256[] memory everybody = _allSeats(id);
        IConsentKeys.Absent[] memory nobody = new IConsentKeys.Absent[](0);
        consentKeys.checkConsent(id, number, headerHash, movementsHash, everybody, nobody, signature);
        uint256 packedState = BatchDigest.pack(ref.state);
        bytes32 digest = BatchDigest.digest(headerHash, movementsHash, packedState);
        vault.applyConsented(id, number, digest, packedState, movements);
    }

    /// @inheritdoc ISettlement
    function dropUnsound(BatchRef calldata ref, bytes[] calldata parts) external {
        _requireOpen(ref);
        bytes32[] memory hashes = new bytes32[](parts.length);
        uint256 seats = vault.seatsTaken(ref.neighbourhood);
        uint256 debitMicroEur;
        bool isSound = parts.length != 0 && parts.length <= TreasuryWord.PARTS_MAX;
        for (uint256 i = 0; i < parts.length; ++i) {
            hashes[i] = keccak256(parts[i]);
            (bool isPartSound, uint256 debit) = MovementsCheck.check(parts[i], seats);
            isSound = isSound && isPartSound;
            debitMicroEur += debit;
        }
        bytes32 movementsHash = keccak256(abi.encodePacked(hashes));
        require(movementsHash == ref.movementsHash, IVault.WrongMovements(movementsHash));
        require(!isSound || debitMicroEur > ref.state.debitMicroEur, MovementsInOrder());
        _fall(ref.neighbourhood, ref.number, msg.sender);
    }

    /// @inheritdoc ISettlement
    function skipUnsound(BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements) external {
        // A batch that has not begun falls whole.
        require(vault.partsApplied(ref.neighbourhood) != 0, NotBegun(ref.neighbourhood, ref.number));
        (bool isSound, uint256 debitMicroEur) = MovementsCheck.check(movements, vault.seatsTaken(ref.neighbourhood));
        uint256 throughMicroEur = vault.partsDebitOf(ref.neighbourhood) + debitMicroEur;
        require(!isSound || throughMicroEur > ref.state.debitMicroEur, MovementsInOrder());
        vault.skipPart(ref, partHashes, movements);
        _slash(ref.neighbourhood, 0, msg.sender);
    }

    /// @inheritdoc ISettlement
    function dropExpired(BatchRef calldata ref) external {
        bool hasBegun = _requireUnfinal(ref);
        uint256 expiresAt = ref.state.closesAt + EXPIRY;
        require(block.timestamp >= expiresAt, NotExpired(expiresAt, block.timestamp));
        if (!hasBegun) return _fall(ref.neighbourhood, ref.number, address(0));
        vault.skipRest(ref.neighbourhood, ref.number);
        _slash(ref.neighbourhood, 0, address(0));
    }

    /// @inheritdoc ISettlement
    function fall(BatchRef calldata ref, address challenger) external {
        require(msg.sender == disputes, NotDisputes(msg.sender));
        _requireOpen(ref);
        _fall(ref.neighbourhood, ref.number, challenger);
    }

    /// @inheritdoc ISettlement
    function countDemand(BatchRef calldata ref, bool isAnswer) external returns (BatchState memory state) {
        require(msg.sender == disputes, NotDisputes(msg.sender));
        _requireOpen(ref);
        state = ref.state;
        if (isAnswer) --state.openDemands;
        else ++state.openDemands;
        _changeState(ref, state);
    }

    /// @inheritdoc ISettlement
    function lengthen(BatchRef calldata ref, uint40 bySeconds) external onlyGuardian {
        _requireOpen(ref);
        require(!ref.state.isLengthened, AlreadyLengthened(ref.neighbourhood, ref.number));
        require(bySeconds <= LENGTHEN_MAX, TooLong(bySeconds, LENGTHEN_MAX));
        require(block.timestamp < ref.state.closesAt, WindowOver(ref.state.closesAt, block.timestamp));
        BatchState memory state = ref.state;
        state.closesAt += bySeconds;
        state.isLengthened = true;
        _changeState(ref, state);
    }

    /// @inheritdoc ISettlement
    function statusOf(BatchRef calldata ref) external view returns (bool isKept, bool isFinal) {
        isKept = _isKept(ref);
        isFinal = isKept && ref.number <= vault.lastApplied(ref.neighbourhood);
    }

    /// @inheritdoc ISettlement
    function neighbourhoodOf(bytes32 neighbourhood) external view returns (Neighbourhood memory) {
        return _neighbourhoods[neighbourhood];
    }

    /// @inheritdoc ISettlement
    function proposedAt(bytes32 neighbourhood, uint64 number) external view returns (uint256) {
        return _records[neighbourhood][number].proposedAt;
    }

    /// @inheritdoc ISettlement
    function lastFinal(bytes32 neighbourhood) external view returns (uint64) {
        return vault.lastApplied(neighbourhood);
    }

    /// @inheritdoc ISettlement
    function lastFinalSlot(bytes32 neighbourhood) external view returns (uint64) {
        return _lastFinalSlot(neighbourhood);
    }

    /// @inheritdoc ISettlement
    function termsHashAt(bytes32 neighbourhood, uint64 slot) public view returns (bytes32) {
        AgreedTerms storage agreed = _terms[neighbourhood];
        uint64 from = agreed.nextFromSlot;
        return from != 0 && slot >= from ? agreed.nextHash : agreed.hash;
    }

    /// @inheritdoc ISettlement
    function silentSince(bytes32 neighbourhood) external view returns (uint256) {
        Record memory last = _records[neighbourhood][lastProposed[neighbourhood]];
        return uint256(last.proposedAt) + (_pausedSeconds() - last.pausedSeconds);
    }

    /// @inheritdoc ISettlement
    function unfinalMicroEur(bytes32 neighbourhood) public view returns (uint256) {
        return _debitsThrough(neighbourhood, lastProposed[neighbourhood]) - _debitsThrough(
            neighbourhood, vault.lastApplied(neighbourhood)
        );
    }

    /// @dev Every seat that is taken: seat s is bit s % 256 of word s / 256.
    function _allSeats(bytes32 neighbourhood) private view returns (uint256[] memory words) {
        uint256 seats = vault.seatsTaken(neighbourhood);
        words = new uint256[]((seats + 255) / 256);
        for (uint256 i = 0; i < words.length; ++i) words[i] = type(uint256).max;
        if (seats % 256 != 0) words[words.length - 1] = (1 << (seats % 256)) - 1;
        words[0] &= ~uint256(1); // seat 0 is nobody's
    }

    function _debitsThrough(bytes32 neighbourhood, uint64 number) private view returns (uint256) {
        return _records[neighbourhood][number].debitsThroughMicroEur;
    }

    function _checkSlots(BatchHeader calldata header, uint64 settledSlot, uint32 slotSeconds) private view {
        bool isNext = header.firstSlot <= header.lastSlot && (header.number == 1 || header.firstSlot > settledSlot);
        require(
            isNext && (uint256(header.lastSlot) + 1) * slotSeconds <= block.timestamp,
            WrongSlots(header.firstSlot, header.lastSlot, settledSlot)
        );
    }

    /// @dev All its slots have the same terms, and these are they.
    function _checkTerms(BatchHeader calldata header) private view {
        uint64 from = _terms[header.neighbourhood].nextFromSlot;
        require(from <= header.firstSlot || header.lastSlot < from, AcrossTerms(from));
        bytes32 agreed = termsHashAt(header.neighbourhood, header.lastSlot);
        require(header.termsHash == agreed, OtherTerms(header.termsHash, agreed));
    }

    function _lastFinalSlot(bytes32 neighbourhood) private view returns (uint64) {
        return _records[neighbourhood][vault.lastApplied(neighbourhood)].lastSlot;
    }

    function _checkBond(bytes32 neighbourhood, uint256 unfinal) private view {
        uint256 bond = vault.bondOf(neighbourhood);
        require(bond >= unfinal && bond >= vault.BOND_MIN(), BeyondBond(unfinal, bond));
    }

    function _isKept(BatchRef calldata ref) private view returns (bool) {
        bytes32 digest = BatchDigest.digest(ref.headerHash, ref.movementsHash, BatchDigest.pack(ref.state));
        return digest == vault.digestOf(ref.neighbourhood, ref.number);
    }

    /// @dev As proposed, and nothing of it is booked.
    function _requireOpen(BatchRef calldata ref) private view {
        require(!_requireUnfinal(ref), AlreadyFinal(ref.neighbourhood, ref.number));
    }

    /// @dev As proposed, and not all of it is booked.
    function _requireUnfinal(BatchRef calldata ref) private view returns (bool hasBegun) {
        require(_isKept(ref), IVault.NotAsProposed(ref.neighbourhood, ref.number));
        uint64 applied = vault.lastApplied(ref.neighbourhood);
        require(ref.number > applied, AlreadyFinal(ref.neighbourhood, ref.number));
        return ref.number == applied + 1 && vault.partsApplied(ref.neighbourhood) != 0;
    }

    function _changeState(BatchRef calldata ref, BatchState memory state) private {
        vault.expect(ref.neighbourhood, ref.number, BatchDigest.digest(ref.headerHash, ref.movementsHash, BatchDigest.pack(state)));
        emit BatchStateChanged(ref.neighbourhood, ref.number, state);
    }

    /// @dev A batch and all after it, which rest on it.
    function _fall(bytes32 neighbourhood, uint64 number, address challenger) private {
        uint64 last = lastProposed[neighbourhood];
        for (uint64 i = number; i <= last; ++i) vault.expect(neighbourhood, i, 0);
        uint256 fallen = _debitsThrough(neighbourhood, last) - _debitsThrough(neighbourhood, number - 1);
        lastProposed[neighbourhood] = number - 1;
        uint256 slashed = _slash(neighbourhood, fallen, challenger);
        emit BatchFell(neighbourhood, number, challenger, slashed);
    }

    /// @dev So much of the bond, at least the least one, but never what stands for batches that have not fallen. That
    /// may be more than there is: of a batch that has begun, the bond has paid some already.
    function _slash(bytes32 neighbourhood, uint256 amountMicroEur, address challenger)
        private
        returns (uint256 slashed)
    {
        uint256 least = vault.BOND_MIN();
        uint256 bond = vault.bondOf(neighbourhood);
        uint256 needed = unfinalMicroEur(neighbourhood);
        uint256 free = bond > needed ? bond - needed : 0;
        slashed = amountMicroEur < least ? least : amountMicroEur;
        if (slashed > free) slashed = free;
        vault.slashBond(neighbourhood, slashed, challenger);
    }
}
