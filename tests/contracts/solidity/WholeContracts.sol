// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";

/// @notice The settlement with its constants, for tests that do not compile it.
interface IWholeSettlement is ISettlement {
    function vault() external view returns (IWholeVault);
    function EXPIRY() external view returns (uint256);
    function OPEN_MAX() external view returns (uint256);
    function disputes() external view returns (address);
}

/// @notice The vault with its constants.
interface IWholeVault is IVault {
    function BOND_MIN() external view returns (uint256);
    function SILENCE() external view returns (uint256);
}
