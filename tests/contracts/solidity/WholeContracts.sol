// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/interfaces/IERC1155.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {IERC6909TokenSupply} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IDeviceRegistry} from "../../../contracts/interfaces/IDeviceRegistry.sol";
import {IEnergyCredit} from "../../../contracts/interfaces/IEnergyCredit.sol";
import {IGreenCertificate} from "../../../contracts/interfaces/IGreenCertificate.sol";
import {IOrderProofs} from "../../../contracts/interfaces/IOrderProofs.sol";
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

/// @notice The registry with its constant; its devices are tokens.
interface IWholeRegistry is IDeviceRegistry, IERC721 {
    function BURNT() external view returns (address);
}

/// @notice The proofs from orders with their constant.
interface IWholeOrderProofs is IOrderProofs {
    function NOTICE() external view returns (uint256);
}

/// @notice The credit as a token, too.
interface IWholeCredit is IEnergyCredit, IERC6909TokenSupply {}

/// @notice The certificate as a token, too.
interface IWholeCertificate is IGreenCertificate, IERC1155 {}
