// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {BatchState} from "../types/BatchState.sol";
import {G2Point} from "../types/Bls12381.sol";
import {Terms} from "../types/Terms.sol";
import {IConsentKeys} from "./IConsentKeys.sol";

/// @title Numbered batches of delivered trades
/// @notice Anybody may run a neighbourhood, behind a bond. Its operator proposes; whoever shows a fault makes the batch
/// and all after it fall; after the window anyone applies it; an applied batch never changes.
/// @dev Of a batch only a hash is kept, in the vault, which books it (`IVault.applyBatch`): keccak256(abi.encode(headerHash, movementsHash, state)), where headerHash is
/// keccak256(abi.encode(header)) and movementsHash is keccak256 over the keccak256 of each part, concatenated.
interface ISettlement {
    /// @notice What names a proposed batch: its place and all that its kept hash covers.
    struct BatchRef {
        bytes32 neighbourhood;
        uint64 number;
        bytes32 headerHash;
        bytes32 movementsHash;
        BatchState state;
    }

    /// @notice Who stands opposite the homes of a neighbourhood, and how its market runs.
    /// @param operator who proposes, and whose bond answers for it
    /// @param supplier account of the supplier
    /// @param grid account that receives the local charge
    /// @param fund account that receives fees, and pays first what an insolvent home cannot
    /// @param slotSeconds length of a slot
    /// @param slotsAhead how many slots are open for trading from the running one on
    struct Neighbourhood {
        address operator;
        address supplier;
        address grid;
        address fund;
        uint32 slotSeconds;
        uint32 slotsAhead;
    }

    /// @notice A neighbourhood was opened.
    event NeighbourhoodOpened(bytes32 indexed neighbourhood, Neighbourhood terms);
    /// @notice What bills of slots from this one on follow; 0: those of the first batch, too.
    event TermsAgreed(bytes32 indexed neighbourhood, uint64 fromSlot, Terms terms);
    /// @notice A batch was proposed.
    event BatchProposed(
        bytes32 indexed neighbourhood,
        uint64 indexed number,
        BatchHeader header,
        bytes32 movementsHash,
        BatchState state
    );
    /// @notice A batch's window was lengthened, or a demand for its data was made or answered: what is kept of it now.
    event BatchStateChanged(bytes32 indexed neighbourhood, uint64 indexed number, BatchState state);
    /// @notice A batch and all after it fell; `slashedMicroEur` of the operator's bond went to whom `payee` names and
    /// to nobody.
    event BatchFell(bytes32 indexed neighbourhood, uint64 indexed number, address indexed payee, uint256 slashedMicroEur);
    /// @notice The guardian paused the intake of batches until this time.
    event IntakePaused(uint256 until);
    /// @notice The contracts that hear disputes and check consent were named, once for ever.
    event Linked(address disputes, address consentKeys);

    /// @notice Only the operator of the neighbourhood may.
    error NotOperator(address caller);
    /// @notice Only the guardian may.
    error NotGuardian(address caller);
    /// @notice Only the disputes contract may.
    error NotDisputes(address caller);
    /// @notice Only who deployed it may link the other contracts, and once.
    error CannotLink(address caller);
    /// @notice No batch is taken before there is a contract that hears disputes.
    error NotLinked();
    /// @notice There is such a neighbourhood already.
    error NeighbourhoodExists(bytes32 neighbourhood);
    /// @notice A term of a neighbourhood that cannot be: an account of zero, one account in two roles, a slot of no
    /// length, slots that are open longer than a withdrawal may wait.
    error WrongTerms(Neighbourhood terms);
    /// @notice The batch's bills follow other terms than its neighbourhood has for its slots.
    error OtherTerms(bytes32 termsHash, bytes32 agreed);
    /// @notice The terms change within the batch: it has to end before this slot, or begin with it.
    error AcrossTerms(uint64 fromSlot);
    /// @notice Somebody may already trade, or could not leave in time: so early no other terms begin.
    error TermsTooSoon(uint64 fromSlot, uint256 earliestSlot);
    /// @notice Other terms are announced already, from this slot on, and no batch of theirs is final yet.
    error TermsAlreadyAnnounced(uint64 fromSlot);
    /// @notice Batches are proposed and applied in the order of their numbers.
    error WrongNumber(uint64 number, uint64 expected);
    /// @notice The slots do not follow those of the batch before, or end before they begin, or are not over.
    error WrongSlots(uint64 firstSlot, uint64 lastSlot, uint64 settledSlot);
    /// @notice What the operator's batches debit that are not applied is more than its bond, or that is below the least.
    error BeyondBond(uint256 unfinalMicroEur, uint256 bondMicroEur);
    /// @notice The window is over, or too much of it.
    error WindowOver(uint256 closesAt, uint256 nowSeconds);
    /// @notice The batch is applied, or has begun to be, and never changes.
    error AlreadyFinal(bytes32 neighbourhood, uint64 number);
    /// @notice Its window has been lengthened before.
    error AlreadyLengthened(bytes32 neighbourhood, uint64 number);
    /// @notice More than the guardian may do.
    error TooLong(uint256 wantedSeconds, uint256 atMostSeconds);
    /// @notice The intake is paused.
    error Paused(uint256 until);
    /// @notice The guardian must wait before it pauses again.
    error CoolingDown(uint256 until);
    /// @notice The batch can still be applied.
    error NotExpired(uint256 expiresAt, uint256 nowSeconds);
    /// @notice More batches would be open than one neighbourhood may have.
    error TooManyOpen(uint256 open, uint256 atMost);
    /// @notice Nothing of the batch is booked yet: it can fall whole.
    error NotBegun(bytes32 neighbourhood, uint64 number);
    /// @notice The movements are in order: nothing to make a batch fall for.
    error MovementsInOrder();

    /// @notice Names the contracts that hear disputes and check consent. Only for who deployed this, once.
    function link(address disputes, IConsentKeys consentKeys) external;

    /// @notice Opens a neighbourhood; `id` is keccak256 of its name. The caller becomes its operator.
    /// @param billTerms what all bills follow until others are announced; a court lets batches fall that charge too much
    function openNeighbourhood(bytes32 id, Neighbourhood calldata terms, Terms calldata billTerms) external;

    /// @notice Announces other terms, for batches of slots from `fromSlot` on: a week and all slots that are open for
    /// trading ahead, so that nobody has traded by what it did not know. One change at a time. Only for the operator.
    function announceTerms(bytes32 id, Terms calldata billTerms, uint64 fromSlot) external;

    /// @notice Proposes the next batch of the caller's neighbourhood.
    /// @param movementsHash keccak256 over the keccak256 of each part of its movements (`Movements`), concatenated
    /// @param debitMicroEur the sum of all that it debits; its parts may debit no more
    function propose(BatchHeader calldata header, bytes32 movementsHash, uint64 debitMicroEur) external;

    /// @notice Books a batch of one part at once, under which everybody who has a seat has signed: supplier, grid, fund
    /// and every home. Of those whom it debits alone, an operator and its buyers could make final what leaves a seller
    /// out. Demands for its data do not matter any more: everybody has agreed.
    /// @param signature sum of the signatures of all (`IConsentKeys.consentMessageOf`)
    function applyConsented(BatchRef calldata ref, bytes calldata movements, G2Point calldata signature) external;

    /// @notice Makes a batch fall whose movements cannot be applied, or debit more than was proposed: anyone shows all
    /// its parts.
    function dropUnsound(BatchRef calldata ref, bytes[] calldata parts) external;

    /// @notice Leaves out a part that cannot be booked, or debits more than is left of what was proposed, of a batch that
    /// has begun: anyone shows it. The bond is slashed.
    function skipUnsound(BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements) external;

    /// @notice Makes a batch fall that nobody has applied for long after its window. One that has begun ends without the
    /// rest of its parts.
    function dropExpired(BatchRef calldata ref) external;

    /// @notice Makes a batch and all after it fall, and slashes the bond. Only for the disputes contract.
    /// @param challenger who showed the fault
    function fall(BatchRef calldata ref, address challenger) external;

    /// @notice Counts a demand for data (+1) or its answer (−1). Only for the disputes contract.
    /// @return state what is kept of the batch now
    function countDemand(BatchRef calldata ref, bool isAnswer) external returns (BatchState memory state);

    /// @notice Lengthens an open window, once. Only for the guardian.
    function lengthen(BatchRef calldata ref, uint40 bySeconds) external;

    /// @notice Pauses the intake of batches; it ends by itself, and must cool down. Only for the guardian.
    function pauseIntake(uint40 forSeconds) external;

    /// @notice Whether a batch is what was proposed and has not fallen; `isFinal` once it is applied, too.
    function statusOf(BatchRef calldata ref) external view returns (bool isKept, bool isFinal);

    /// @notice Who runs a neighbourhood; the operator is zero where there is none.
    function neighbourhoodOf(bytes32 neighbourhood) external view returns (Neighbourhood memory);

    /// @notice When a batch was proposed, Unix seconds; of one that has fallen, when it was.
    function proposedAt(bytes32 neighbourhood, uint64 number) external view returns (uint256);

    /// @notice The number of a neighbourhood's last proposed batch that has not fallen.
    function lastProposed(bytes32 neighbourhood) external view returns (uint64);

    /// @notice The number of a neighbourhood's last applied batch.
    function lastFinal(bytes32 neighbourhood) external view returns (uint64);

    /// @notice The last slot that is settled for ever.
    function lastFinalSlot(bytes32 neighbourhood) external view returns (uint64);

    /// @notice The hash of what bills of a slot follow that is not final yet; zero where there is no neighbourhood.
    function termsHashAt(bytes32 neighbourhood, uint64 slot) external view returns (bytes32);

    /// @notice What the batches that are not applied debit, in µEUR.
    function unfinalMicroEur(bytes32 neighbourhood) external view returns (uint256);

    /// @notice Since when the operator has been silent, Unix seconds: the proposal of its last batch that has not fallen,
    /// or the neighbourhood's opening; pauses do not count.
    function silentSince(bytes32 neighbourhood) external view returns (uint256);

    /// @notice How long a batch can be disputed, in seconds.
    function disputeWindow() external view returns (uint40);
}
