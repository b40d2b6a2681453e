/** What the emulated grid supplies everywhere on the street. */
export const GRID_V = 230
export const GRID_HZ = 50
