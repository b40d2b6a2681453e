// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {G1Point, G2Point} from "../types/Bls12381.sol";

/// @title Keys that accounts consent by
/// @notice Who has a seat in a neighbourhood's ledger may register a BLS key. The signatures of many accounts under one
/// batch add up to one, which is checked against the sum of their keys: of all registered keys less those of who did
/// not sign. Supplier, grid and fund sign for seats 1 to 3.
interface IConsentKeys {
    /// @notice An account that has a key and did not sign.
    /// @param seat its seat
    /// @param key its key, for only a hash of it is kept
    struct Absent {
        uint32 seat;
        G1Point key;
    }

    /// @notice An account has a key from now on, in place of any it had.
    event KeyRegistered(bytes32 indexed neighbourhood, address indexed account, uint256 indexed seat, G1Point key);
    /// @notice An account has no key any more.
    event KeyRemoved(bytes32 indexed neighbourhood, address indexed account, uint256 indexed seat);

    /// @notice Only who has a seat in the neighbourhood's ledger can have a key.
    error NoSeat(bytes32 neighbourhood, address account);
    /// @notice The seat has a key already: replace it.
    error KeyExists(uint256 seat);
    /// @notice This is not the key that the seat is registered with.
    error WrongKey(uint256 seat);
    /// @notice Infinity is nobody's key.
    error KeyIsInfinity();
    /// @notice The signature does not show that the account has the key.
    error NotPossessed(address account);
    /// @notice The consent of this seat is needed, and it has no key.
    error NoKey(uint256 seat);
    /// @notice The consent of this seat is needed, and it did not sign.
    error NotConsented(uint256 seat);
    /// @notice Who did not sign is listed once each, by ascending seat.
    error AbsentNotAscending(uint256 seat);
    /// @notice Nobody signed.
    error NobodySigned();
    /// @notice The signature is not that of all who have a key and are not absent, under this batch.
    error WrongConsent();

    /// @notice Gives the caller's seat its first key.
    /// @param possession the key's signature under `possessionMessageOf`
    function registerKey(bytes32 neighbourhood, G1Point calldata key, G2Point calldata possession) external;

    /// @notice Gives the caller's seat another key in place of `oldKey`.
    function replaceKey(
        bytes32 neighbourhood,
        G1Point calldata oldKey,
        G1Point calldata newKey,
        G2Point calldata possession
    ) external;

    /// @notice Takes the caller's key away: no batch that needs its consent can have it.
    function removeKey(bytes32 neighbourhood, G1Point calldata key) external;

    /// @notice Reverts unless all who have a key and are not absent signed the batch, and all `needed` are among them.
    /// @param needed seats whose consent is needed: seat s is bit s % 256 of word s / 256
    /// @param absent who has a key and did not sign, by ascending seat
    /// @param signature sum of the signatures of all others who have a key, under `consentMessageOf`
    function checkConsent(
        bytes32 neighbourhood,
        uint256 number,
        bytes32 headerHash,
        bytes32 movementsHash,
        uint256[] calldata needed,
        Absent[] calldata absent,
        G2Point calldata signature
    ) external view;

    /// @notice What an account signs to consent to a batch. The batch's state is not in it, so that it can be signed
    /// before the batch is proposed, and no demand for data makes signatures worthless.
    function consentMessageOf(bytes32 neighbourhood, uint256 number, bytes32 headerHash, bytes32 movementsHash)
        external
        view
        returns (bytes32);

    /// @notice What a new key signs to show that it is the account's, and no sum of other people's keys.
    function possessionMessageOf(bytes32 neighbourhood, address account, G1Point calldata key)
        external
        view
        returns (bytes32);

    /// @notice keccak256(abi.encode(key)) of the key of a seat; zero if it has none.
    function keyHashOf(bytes32 neighbourhood, uint256 seat) external view returns (bytes32);

    /// @notice The sum of all keys of a neighbourhood.
    function aggregateOf(bytes32 neighbourhood) external view returns (G1Point memory);
}
