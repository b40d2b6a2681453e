// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Green certificates
/// @notice ERC-1155 tokens with the claims of ERC-1888. 1 unit = 1 Wh whose energy credit was retired for it; the id is
/// the credit's. A certificate is transferred until somebody claims it: then it is gone, and the claim stays for ever.
/// @dev What can be read, transferred and claimed is ERC-1888's. Its `issue` is not: nobody attests here, certificates
/// come from credits only.
interface IGreenCertificate {
    /// @notice Where the energy of an id comes from.
    /// @param neighbourhood keccak256 of the neighbourhood's name
    /// @param slot delivery slot
    /// @param source account that fed it in
    struct Origin {
        bytes32 neighbourhood;
        uint64 slot;
        address source;
    }

    /// @notice Certificates were made of credits (ERC-1888).
    event IssuanceSingle(address indexed issuer, uint256 indexed topic, uint256 id, uint256 value);
    /// @notice Certificates that `claimIssuer` had were claimed for `claimSubject` (ERC-1888).
    event ClaimSingle(
        address indexed claimIssuer,
        address indexed claimSubject,
        uint256 indexed topic,
        uint256 id,
        uint256 value,
        bytes claimData
    );
    /// @notice The same for several ids (ERC-1888).
    event ClaimBatch(
        address indexed claimIssuer,
        address indexed claimSubject,
        uint256[] indexed topics,
        uint256[] ids,
        uint256[] values,
        bytes[] claimData
    );

    /// @notice Nothing is issued, or claimed.
    error ZeroAmount(uint256 id);
    /// @notice Each id has its claim data.
    error WrongLength(uint256 claimData, uint256 ids);
    /// @notice No certificate of this id was issued.
    error UnknownCertificate(uint256 id);

    /// @notice Retires the caller's credits and makes as many certificates of the same id. The caller has made this
    /// contract its operator for its credits, or given it an allowance (ERC-6909).
    /// @param to who gets them; a contract is asked whether it takes them (ERC-1155)
    /// @param data handed to `to`
    function issue(address to, Origin calldata origin, uint256 amountWh, bytes calldata data)
        external
        returns (uint256 id);

    /// @notice Claims certificates of `from` for `to`, who need not hold them before or after. For the owner, and whom
    /// it has approved. A contract is asked whether it takes them, unless it has them already.
    /// @param data handed to `to`
    /// @param claimData what the claim says: who used the energy, when, for what
    function safeTransferAndClaimFrom(
        address from,
        address to,
        uint256 id,
        uint256 value,
        bytes calldata data,
        bytes calldata claimData
    ) external;

    /// @notice The same for several ids, each with its own claim data; all or none.
    function safeBatchTransferAndClaimFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data,
        bytes[] calldata claimData
    ) external;

    /// @notice What is known of an id (ERC-1888).
    /// @return issuer this contract
    /// @return topic `claimTopic`
    /// @return validityCall what to call the issuer with, to hear whether the certificates are backed (`isBacked`)
    /// @return data abi.encode(Origin)
    function getCertificate(uint256 id)
        external
        view
        returns (address issuer, uint256 topic, bytes memory validityCall, bytes memory data);

    /// @notice Whether there are certificates of this id, and a retired credit for each.
    function isBacked(uint256 id) external view returns (bool);

    /// @notice What every certificate here is about: 1 Wh fed in by a registered device and settled between neighbours.
    function claimTopic() external pure returns (uint256);

    /// @notice What was claimed for an account, in Wh.
    function claimedBalanceOf(address owner, uint256 id) external view returns (uint256);

    /// @notice The same for several accounts and ids.
    function claimedBalanceOfBatch(address[] calldata owners, uint256[] calldata ids)
        external
        view
        returns (uint256[] memory);

    /// @notice Wh issued so far of an id: claimed + circulating.
    function issuedWhOf(uint256 id) external view returns (uint256);

    /// @notice Wh claimed so far of an id.
    function claimedWhOf(uint256 id) external view returns (uint256);
}
