/**
 * The street behind its transformer, slot by slot: what all homes take less what all feed in, and what the wires lose,
 * comes from the grid; what is over goes there. It is the same whoever traded with whom. All of one unit, Wh or J.
 */
export function streetExchange(slot: { readonly imported: number; readonly exported: number; readonly lost: number }): {
  readonly gridImport: number
  readonly gridExport: number
} {
  const net = slot.imported + slot.lost - slot.exported
  return { gridImport: Math.max(0, net), gridExport: Math.max(0, 0 - net) }
}

/** Self-sufficiency: demand that the grid did not meet / demand; null without demand. Over a whole run. */
export function selfSufficiency(energy: { readonly demand: number; readonly metByGrid: number }): number | null {
  const { demand, metByGrid } = energy
  return demand > 0 ? Math.max(0, demand - metByGrid) / demand : null
}

/** Self-consumption: production that did not leave / production; null without production. Over a whole run. */
export function selfConsumption(energy: { readonly production: number; readonly gridExport: number }): number | null {
  const { production, gridExport } = energy
  return production > 0 ? Math.max(0, production - gridExport) / production : null
}
