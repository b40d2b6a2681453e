// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {Bills, Legs, Signed, Statements} from "../types/Evidence.sol";
import {OrderMessage, StatementMessage} from "../types/SignedMessages.sol";
import {Terms} from "../types/Terms.sol";
import {IHearing} from "./IHearing.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Demands for what is behind a batch's roots
/// @notice Nobody can show a fault in leaves that it has not seen. An account demands its own of a slot, behind a deposit;
/// whoever has them shows them on chain, with everything that a proof could need, or the batch falls.
/// @dev Demands are made while half of the dispute window is left, and answered within a quarter of it: so at least a
/// quarter is left to use what was shown.
interface IDataDemands is IHearing {
    /// @notice Where a demand stands.
    enum DemandStatus {
        None,
        Open,
        Closed
    }

    /// @notice A demand for an account's leaves of a slot.
    /// @param demandedAt Unix seconds
    /// @param answerBy until when they have to be shown, Unix seconds
    /// @param legsThrough index + 1 of the last leg that was shown; 0: none yet
    /// @param areLegsShown whether all legs were
    /// @param isHomeShown whether statement and bill were
    /// @param status whether it is answered, or its deposit returned
    struct Demand {
        uint48 demandedAt;
        uint48 answerBy;
        uint64 legsThrough;
        bool areLegsShown;
        bool isHomeShown;
        DemandStatus status;
    }

    /// @notice An order that a leg fills, and its signature.
    struct SignedOrder {
        OrderMessage order;
        Signed signed;
    }

    /// @notice What there is of a home's metered slot.
    /// @param statements its statement's leaf; or those between which it would stand, or the first or last of the tree
    /// @param message what the leaf has the struct hash of; not looked at without a leaf
    /// @param signed what the leaf has the signature hash of; not looked at without a leaf
    struct Metered {
        Statements statements;
        StatementMessage message;
        Signed signed;
    }

    /// @notice An account demanded its leaves of a slot.
    event DataDemanded(
        bytes32 indexed neighbourhood,
        uint64 indexed number,
        address indexed account,
        uint64 slot,
        uint256 answerBy
    );
    /// @notice All that was demanded was shown.
    event DataShown(bytes32 indexed neighbourhood, uint64 indexed number, address indexed account, uint64 slot);
    /// @notice An account has its deposit back, for the batch has fallen.
    event DepositReturned(bytes32 indexed neighbourhood, uint64 indexed number, address indexed account, uint64 slot);

    /// @notice The batch does not settle the slot.
    error SlotNotInBatch(uint64 slot, uint64 firstSlot, uint64 lastSlot);
    /// @notice Only who has money in the neighbourhood may demand its data.
    error NoBalance(address account);
    /// @notice Demands are made from the second after a proposal until half of the window is over.
    error OutsideDemandTime(uint256 from, uint256 until, uint256 nowSeconds);
    /// @notice The account has demanded this.
    error AlreadyDemanded(address account, uint64 slot);
    /// @notice There is no such demand that waits for an answer.
    error NotDemanded(address account, uint64 slot);
    /// @notice This part of the answer has been given.
    error AlreadyShown(address account, uint64 slot);
    /// @notice The leaves do not begin, go on or end where they have to, so that one could be left out.
    error Incomplete(uint256 index);
    /// @notice The time to answer is over.
    error TooLate(uint256 answerBy, uint256 nowSeconds);
    /// @notice The operator still has time to answer.
    error StillTime(uint256 answerBy, uint256 nowSeconds);
    /// @notice The batch has not fallen since.
    error StillOpen(address account, uint64 slot);

    /// @notice Demands the caller's statement, bill and legs of a slot. Takes `DEPOSIT` of the coin, which goes to the
    /// operator when they are shown, and comes back when the batch falls.
    function demandData(ISettlement.BatchRef calldata ref, BatchHeader calldata header, uint64 slot) external;

    /// @notice Shows an account's statement and bill of a slot, and the batch's terms. Anyone may.
    /// @param bills its bill with the bill before and after it, where there are; or those between which it would stand,
    /// or the first or last of the tree
    function showHome(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        address account,
        uint64 slot,
        Terms calldata terms,
        Metered calldata metered,
        Bills calldata bills
    ) external;

    /// @notice Shows an account's legs of a slot, in as many calls as it takes. Anyone may.
    /// @param legs at first from the leg before them, or from the first of the tree; then from where the last call ended;
    /// at last to the leg after them, or to the last of the tree
    /// @param orders of each of the account's legs of the slot among them
    function showLegs(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        address account,
        uint64 slot,
        Legs calldata legs,
        SignedOrder[] calldata orders
    ) external;

    /// @notice Makes a batch fall of which data was demanded and not shown in time. Anyone may; the account has its
    /// deposit back, and is the challenger.
    function dropWithheld(ISettlement.BatchRef calldata ref, address account, uint64 slot) external;

    /// @notice Pays a deposit back whose batch has fallen for something else. Anyone may.
    function returnDeposit(ISettlement.BatchRef calldata ref, address account, uint64 slot) external;

    /// @notice An account's demand of a batch and slot; `ref.state` does not matter.
    function demandOf(ISettlement.BatchRef calldata ref, address account, uint64 slot)
        external
        view
        returns (Demand memory);
}
