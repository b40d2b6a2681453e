// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVault} from "../../../contracts/interfaces/IVault.sol";

/// @notice Reads a neighbourhood's books, many seats a call, seat by seat, for tests that are not in Solidity.
contract VaultProbe {
    struct Seat {
        uint256 balanceMicroEur;
        uint256 lockedMicroEur;
        int256 positionWh;
    }

    struct Books {
        Seat[] seats;
        uint256 bondMicroEur;
        uint256 heldMicroEur;
        uint64 lastApplied;
        uint256 partsApplied;
    }

    /// @notice The seats from `first` on, at most `most`; that of nobody (0) is empty.
    function booksOf(IVault vault, IERC20 coin, bytes32 neighbourhood, uint256 first, uint256 most)
        external
        view
        returns (Books memory books)
    {
        uint256 left = vault.seatsTaken(neighbourhood) - first;
        books.seats = new Seat[](left < most ? left : most);
        for (uint256 i = 0; i < books.seats.length; ++i) {
            address account = vault.accountAt(neighbourhood, first + i);
            books.seats[i] = Seat(
                vault.balanceOf(neighbourhood, account),
                vault.withdrawalOf(neighbourhood, account).amountMicroEur,
                vault.positionOf(neighbourhood, account)
            );
        }
        books.bondMicroEur = vault.bondOf(neighbourhood);
        books.heldMicroEur = coin.balanceOf(address(vault));
        books.lastApplied = vault.lastApplied(neighbourhood);
        books.partsApplied = vault.partsApplied(neighbourhood);
    }
}
