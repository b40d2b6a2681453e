// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlement} from "./ISettlement.sol";

/// @title Escrow of EURC and the ledger of all accounts
/// @notice Nothing leaves but to its owner. Amounts are µEUR (EURC base units). An account has a balance in each
/// neighbourhood that it is in, so that no operator can touch what lies with another.
interface IVault {
    /// @notice A request to leave with some of a balance.
    /// @param amountMicroEur locked for it; it stays liable for what was traded before
    /// @param lastOpenSlot the last slot that was open when it was made; claimable once that is settled
    struct Withdrawal {
        uint128 amountMicroEur;
        uint64 lastOpenSlot;
    }

    /// @notice An account took a seat in a neighbourhood's ledger.
    event Seated(bytes32 indexed neighbourhood, address indexed account, uint256 seat);
    /// @notice Money came in for an account.
    event Deposited(
        bytes32 indexed neighbourhood,
        address indexed account,
        address indexed payer,
        uint256 amountMicroEur
    );
    /// @notice An account locked money to leave with; `totalMicroEur` with what it had locked before.
    event WithdrawalRequested(
        bytes32 indexed neighbourhood,
        address indexed account,
        uint256 amountMicroEur,
        uint256 totalMicroEur
    );
    /// @notice Money left to its owner.
    event Withdrawn(bytes32 indexed neighbourhood, address indexed account, uint256 amountMicroEur);
    /// @notice An account left an abandoned neighbourhood with all it had.
    event Escaped(bytes32 indexed neighbourhood, address indexed account, uint256 amountMicroEur);
    /// @notice A batch was booked, its last part, too: it is final.
    event Applied(bytes32 indexed neighbourhood, uint256 indexed number);
    /// @notice A part of a batch was booked that is not its last.
    event PartApplied(bytes32 indexed neighbourhood, uint256 indexed number, uint256 part);
    /// @notice A part of a batch was left out, because it cannot be booked; if the batch is applied without the parts
    /// behind it, they were left out, too.
    event PartSkipped(bytes32 indexed neighbourhood, uint256 indexed number, uint256 part);
    /// @notice An account could not pay all that a batch debits; the fund, then the operator's bond, paid the rest.
    event Clipped(bytes32 indexed neighbourhood, address indexed account, uint256 shortfallMicroEur);
    /// @notice What was clipped of all accounts, and who paid: the fund, then the bond.
    event Covered(bytes32 indexed neighbourhood, uint256 fundMicroEur, uint256 bondMicroEur);
    /// @notice The operator's bond was raised.
    event BondPosted(bytes32 indexed neighbourhood, address indexed payer, uint256 amountMicroEur);
    /// @notice The operator took bond back that answers for nothing any more.
    event BondReturned(bytes32 indexed neighbourhood, uint256 amountMicroEur);
    /// @notice Bond was slashed: part to whoever showed the fault, the rest to nobody.
    event BondSlashed(
        bytes32 indexed neighbourhood,
        address indexed challenger,
        uint256 rewardMicroEur,
        uint256 burntMicroEur
    );

    /// @notice Only the Settlement that this vault was made by may.
    error NotSettlement(address caller);
    /// @notice Only the operator of the neighbourhood may.
    error NotOperator(address caller);
    /// @notice There is no such neighbourhood.
    error UnknownNeighbourhood(bytes32 neighbourhood);
    /// @notice A deposit or request of nothing.
    error ZeroAmount();
    /// @notice A deposit for nobody.
    error ZeroAccount();
    /// @notice The first deposit is too small to take a seat.
    error OpeningTooSmall(uint256 amountMicroEur, uint256 atLeastMicroEur);
    /// @notice All seats of the neighbourhood are taken.
    error NoSeatLeft(bytes32 neighbourhood);
    /// @notice The coin did not arrive in full: coins that take a fee on transfer do not fit.
    error WrongAmountArrived(uint256 arrivedMicroEur, uint256 expectedMicroEur);
    /// @notice More than an account can hold.
    error BalanceTooLarge(uint256 seat, uint256 balanceMicroEur);
    /// @notice The account has less than it wants to withdraw.
    error InsufficientBalance(address account, uint256 balanceMicroEur, uint256 wantedMicroEur);
    /// @notice The account has no withdrawal to claim.
    error NothingToClaim(address account);
    /// @notice The withdrawal waits until the slots that were open when it was requested are settled.
    error SlotsNotFinal(uint256 lastFinalSlot, uint256 needed);
    /// @notice The operator is not silent long enough to escape.
    error NotAbandoned(uint256 abandonedAt, uint256 nowSeconds);
    /// @notice Bond that answers for proposed batches stays.
    error BondInUse(uint256 freeMicroEur, uint256 wantedMicroEur);
    /// @notice Batches, and their parts, are applied in order.
    error WrongPart(uint256 number, uint256 part, uint256 expectedNumber, uint256 expectedPart);
    /// @notice This is not what was proposed, or it has fallen, or its state has changed since.
    error NotAsProposed(bytes32 neighbourhood, uint256 number);
    /// @notice The window is still open.
    error WindowOpen(uint256 closesAt, uint256 nowSeconds);
    /// @notice Demands for the batch's data wait for an answer.
    error DataDemanded(uint256 openDemands);
    /// @notice More parts than a batch may have.
    error TooManyParts(uint256 parts, uint256 atMost);
    /// @notice This is not the part that was proposed in this place.
    error WrongMovements(bytes32 movementsHash);
    /// @notice The parts, up to this one, debit more than was proposed.
    error WrongDebit(uint256 debitMicroEur, uint256 proposedMicroEur);
    /// @notice Movements whose length is not that of whole groups.
    error MalformedMovements(uint256 length);
    /// @notice Groups are listed once each, in ascending order, and name seats that are taken.
    error WrongGroup(uint256 group);
    /// @notice A lane of the movements does not sum to zero, or not to what was declared.
    error DoesNotConserve(int256 moneyMicroEur, int256 positionWh, uint256 debitMicroEur, uint256 declaredMicroEur);

    /// @notice Pays `amountMicroEur` of the caller's EURC into an account. The first deposit takes a seat.
    function deposit(bytes32 neighbourhood, address account, uint256 amountMicroEur) external;

    /// @notice The same with the payer's permit (ERC-2612) in place of an approval; a permit that was used already,
    /// by whoever saw it first, does no harm.
    function depositWithPermit(
        bytes32 neighbourhood,
        address account,
        uint256 amountMicroEur,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Locks part of the caller's balance to leave with. A second request adds to the first and waits anew.
    function requestWithdrawal(bytes32 neighbourhood, uint256 amountMicroEur) external;

    /// @notice Pays the caller's locked money out, once every slot that was open at its request is settled.
    function claimWithdrawal(bytes32 neighbourhood) external;

    /// @notice Pays the caller all it has, free and locked, after the operator has been silent for long.
    function escape(bytes32 neighbourhood) external;

    /// @notice Raises the bond of a neighbourhood's operator. Anyone may.
    function postBond(bytes32 neighbourhood, uint256 amountMicroEur) external;

    /// @notice Pays bond back to the operator that no proposed batch needs.
    function releaseBond(bytes32 neighbourhood, uint256 amountMicroEur) external;

    /// @notice Books a batch of one part whose window has passed. Anyone may. An account that cannot pay is clipped to
    /// what it has, locked money last; the fund, then the operator's bond, pay the rest: no account can stop a batch.
    /// @param packedState the batch's state in one word (`BatchDigest.pack`)
    function applyBatch(
        bytes32 neighbourhood,
        uint256 number,
        bytes32 headerHash,
        uint256 packedState,
        bytes calldata movements
    ) external;

    /// @notice Books the next part of a batch of several; the last one makes it final.
    /// @param partHashes keccak256 of each part
    function applyPart(ISettlement.BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements)
        external;

    /// @notice Books a batch of one part before its window is over. Only for the Settlement, which has seen that everybody
    /// consents, and has made `digest` of the movements.
    function applyConsented(
        bytes32 neighbourhood,
        uint256 number,
        bytes32 digest,
        uint256 packedState,
        bytes calldata movements
    ) external;

    /// @notice Keeps the hash of a batch that may be booked; zero: it may not. Only for the Settlement.
    function expect(bytes32 neighbourhood, uint256 number, bytes32 digest) external;

    /// @notice Leaves out the next part of a batch. Only for the Settlement, which has seen that it cannot be booked.
    function skipPart(ISettlement.BatchRef calldata ref, bytes32[] calldata partHashes, bytes calldata movements)
        external;

    /// @notice Leaves out what is left of a batch that has begun. Only for the Settlement, which has seen that it waited
    /// too long.
    function skipRest(bytes32 neighbourhood, uint256 number) external;

    /// @notice Names the counterparties of a new neighbourhood. Only for the Settlement.
    function open(bytes32 neighbourhood, address supplier, address grid, address fund) external;

    /// @notice Takes bond from an operator: half to the challenger, if there is one, the rest to nobody. Only for the
    /// Settlement.
    function slashBond(bytes32 neighbourhood, uint256 amountMicroEur, address challenger) external;

    /// @notice The free balance of an account, in µEUR.
    function balanceOf(bytes32 neighbourhood, address account) external view returns (uint256);

    /// @notice What an account has sold − bought over all applied batches, in Wh.
    function positionOf(bytes32 neighbourhood, address account) external view returns (int256);

    /// @notice What an account has locked to leave with.
    function withdrawalOf(bytes32 neighbourhood, address account) external view returns (Withdrawal memory);

    /// @notice The account's seat in the neighbourhood's ledger; 0 if it has none. The supplier, the grid and the fund
    /// have seats 1, 2 and 3, homes those from 4 on.
    function seatOf(bytes32 neighbourhood, address account) external view returns (uint256);

    /// @notice The operator's bond, in µEUR.
    function bondOf(bytes32 neighbourhood) external view returns (uint256);

    /// @notice What is kept of a batch; zero if it was not proposed or has fallen.
    function digestOf(bytes32 neighbourhood, uint256 number) external view returns (bytes32);

    /// @notice Who has a seat; zero where nobody has.
    function accountAt(bytes32 neighbourhood, uint256 seat) external view returns (address);

    /// @notice The next seat that is free: one more than the last one taken.
    function seatsTaken(bytes32 neighbourhood) external view returns (uint256);

    /// @notice How many parts of the batch after the last applied one are booked.
    function partsApplied(bytes32 neighbourhood) external view returns (uint256);

    /// @notice What the booked parts of that batch debit, in µEUR.
    function partsDebitOf(bytes32 neighbourhood) external view returns (uint256);

    /// @notice The number of the last applied batch.
    function lastApplied(bytes32 neighbourhood) external view returns (uint64);
}
