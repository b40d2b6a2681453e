// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Energy credits
/// @notice 1 unit = 1 Wh that was fed in, sold to a neighbour, and settled by a final batch.
interface IEnergyCredit {
    /// @notice One leaf of a batch's credits tree, and its proof.
    /// @param account who bought the energy
    /// @param source account that fed it in
    /// @param slot delivery slot
    /// @param amountWh how much, in Wh
    /// @param proof siblings from the leaf to the root (OpenZeppelin's StandardMerkleTree)
    struct Claim {
        address account;
        address source;
        uint64 slot;
        uint256 amountWh;
        bytes32[] proof;
    }

    /// @notice Credits were minted to the account of a leaf.
    event Claimed(bytes32 indexed neighbourhood, address indexed account, uint256 indexed id, uint256 amountWh);
    /// @notice Credits were used up by their owner.
    event Retired(address indexed account, uint256 indexed id, uint256 amountWh);

    /// @notice Credits come only from final batches.
    error BatchNotFinal(bytes32 neighbourhood, uint64 number);
    /// @notice The slot is not one that the batch settles.
    error SlotNotInBatch(uint64 slot, uint64 firstSlot, uint64 lastSlot);
    /// @notice The leaf is not in the batch's credits tree.
    error WrongProof(address account, uint256 id, uint256 amountWh);
    /// @notice The account has had its credits of this id.
    error AlreadyClaimed(address account, uint256 id);

    /// @notice Mints the credits of one leaf to its account, once. Anyone may call.
    function claim(bytes32 neighbourhood, uint64 number, Claim calldata leaf) external;

    /// @notice The same for many leaves of one batch; all or none.
    function claimMany(bytes32 neighbourhood, uint64 number, Claim[] calldata leaves) external;

    /// @notice Uses up the caller's own credits.
    function retire(uint256 id, uint256 amountWh) external;

    /// @notice The id of what `source` fed in in a slot of a neighbourhood.
    function idOf(bytes32 neighbourhood, uint64 slot, address source) external pure returns (uint256);
}
