// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchHeader} from "../types/BatchHeader.sol";
import {StatementLeaf} from "../types/StatementLeaf.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Energy credits
/// @notice 1 unit = 1 Wh that a registered device fed in, that was sold to a neighbour, and that a final batch settled.
/// For what a home fed in in a slot there are never more than its statement attests.
interface IEnergyCredit {
    /// @notice The statement that credits rest on, and where it stands in its batch (`types/IndexedTree.sol`).
    struct Source {
        StatementLeaf statement;
        uint256 index;
        uint256 count;
        bytes32[] siblings;
    }

    /// @notice One buyer's part of what the source fed in: a leaf (account, source, slot, amountWh) of the batch's credits.
    /// @param account who bought the energy
    /// @param amountWh how much, in Wh
    /// @param proof siblings from the leaf to the root (OpenZeppelin's StandardMerkleTree)
    struct Share {
        address account;
        uint256 amountWh;
        bytes32[] proof;
    }

    /// @notice Credits were minted to the account of a leaf.
    event Claimed(bytes32 indexed neighbourhood, address indexed account, uint256 indexed id, uint256 amountWh);
    /// @notice Credits of an account were used up.
    event Retired(address indexed account, uint256 indexed id, uint256 amountWh);

    /// @notice Each source has its shares.
    error UnequalLengths(uint256 sources, uint256 shares);
    /// @notice Credits come only from final batches.
    error BatchNotFinal(bytes32 neighbourhood, uint64 number);
    /// @notice This is not the header of that batch.
    error WrongHeader(bytes32 headerHash, bytes32 expected);
    /// @notice The slot is not one that the batch settles.
    error SlotNotInBatch(uint64 slot, uint64 firstSlot, uint64 lastSlot);
    /// @notice An estimate, or a statement of too little trust, attests nothing.
    error NotAttested(address source, uint64 slot);
    /// @notice No device of this name and owner was in service when the slot ended.
    error DeviceNotInService(bytes32 deviceName, address source, uint64 slot);
    /// @notice The leaf is not in the batch's credits tree.
    error WrongProof(address account, uint256 id, uint256 amountWh);
    /// @notice The account has had its credits of this id.
    error AlreadyClaimed(address account, uint256 id);
    /// @notice The credits of an id are at most what its source fed in.
    error AboveExport(uint256 id, uint256 mintedWh, uint256 amountWh, uint256 exportWh);

    /// @notice Mints what buyers have of one source and slot, each once; all or none. Anyone may call.
    /// @param ref a final batch
    /// @param header its header
    function claim(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Source calldata source,
        Share[] calldata shares
    ) external;

    /// @notice The same for many sources and slots of one batch; all or none. `shares[i]` are those of `sources[i]`.
    function claimMany(
        ISettlement.BatchRef calldata ref,
        BatchHeader calldata header,
        Source[] calldata sources,
        Share[][] calldata shares
    ) external;

    /// @notice Uses up the caller's own credits.
    function retire(uint256 id, uint256 amountWh) external;

    /// @notice Uses up an account's credits, by its operator or out of its allowance (ERC-6909).
    function retireFrom(address account, uint256 id, uint256 amountWh) external;

    /// @notice The id of what `source` fed in in a slot of a neighbourhood.
    function idOf(bytes32 neighbourhood, uint64 slot, address source) external pure returns (uint256);

    /// @notice Whether an account has had its credits of an id. A slot settles once, so this holds for all batches.
    function claimed(uint256 id, address account) external view returns (bool);

    /// @notice Wh minted so far of an id.
    function mintedWhOf(uint256 id) external view returns (uint256);

    /// @notice Wh retired so far of an id.
    function retiredWhOf(uint256 id) external view returns (uint256);

    /// @notice Wh minted so far, over all ids.
    function mintedWh() external view returns (uint128);

    /// @notice Wh retired so far, over all ids.
    function retiredWh() external view returns (uint128);
}
