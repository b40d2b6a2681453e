// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What never changes in a registry.
/// @param bondMicroEur what joining puts at stake, in µEUR (base units of the coin); not 0
/// @param makerBondMicroEur the least that a maker has at stake when it vouches for a device, in µEUR
/// @param vettingSeconds how long a new device is capped
/// @param vettingCapWhPerSlot what a vetted device of trust level 0 may trade a slot, in Wh; doubles with each level
/// @param thawSeconds how long a bond stays at stake after it is asked back; more than the dispute window
/// @param disputeWindowSeconds how long a batch of the same deployment can be disputed
/// @param slotSeconds the length of a delivery slot; not 0
struct RegistryTerms {
    uint128 bondMicroEur;
    uint128 makerBondMicroEur;
    uint48 vettingSeconds;
    uint64 vettingCapWhPerSlot;
    uint48 thawSeconds;
    uint48 disputeWindowSeconds;
    uint32 slotSeconds;
}
