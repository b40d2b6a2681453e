import type { FeederTree } from './feeder-tree.ts'
import type { SweepTree } from './sweep-tree.ts'

/**
 * A feeder without the buses that nothing depends on. Where nothing is connected to a bus and one branch leaves it, the
 * current goes through unchanged: the two branches are one with the sum of their impedances. Behind a bus where nothing
 * is connected at all no current flows. Both are exact; `carrier` says which current the branches left out have. Both
 * ends of a transformer stay.
 */
export function mergeChains(tree: FeederTree): SweepTree {
  const count = tree.buses.length
  const isTransformer = (node: number) => tree.branches[node]?.kind === 'transformer'
  const mustStay = new Uint8Array(count)
  mustStay[0] = 1
  for (const { node } of tree.points) mustStay[node] = 1
  for (let node = 1; node < count; node++) {
    if (isTransformer(node)) mustStay[node] = mustStay[tree.parent[node] as number] = 1
  }
  const isFed = mustStay.slice()
  const fedChildren = new Int32Array(count)
  for (let node = count - 1; node > 0; node--) {
    if (isFed[node] === 0) continue
    const parent = tree.parent[node] as number
    isFed[parent] = 1
    fedChildren[parent] = (fedChildren[parent] as number) + 1
  }
  const isKept = (node: number) => isFed[node] === 1 && (mustStay[node] === 1 || fedChildren[node] !== 1)
  const nodes = Int32Array.from(tree.parent.keys().filter(isKept))
  const placeOf = new Int32Array(count).fill(-1)
  for (const [place, node] of nodes.entries()) placeOf[node] = place

  const carrier = placeOf.slice()
  for (let node = count - 1; node > 0; node--) {
    const parent = tree.parent[node] as number
    if (isFed[node] === 1 && placeOf[parent] === -1) carrier[parent] = carrier[node] as number
  }
  const above = placeOf.slice()
  const parent = new Int32Array(nodes.length)
  const z1 = new Float64Array(2 * nodes.length)
  const zMutual = new Float64Array(2 * nodes.length)
  const addTo = (sum: Float64Array, place: number, of: Float64Array, node: number) => {
    for (const part of [0, 1])
      sum[2 * place + part] = (sum[2 * place + part] as number) + (of[2 * node + part] as number)
  }
  for (let node = 0; node < count; node++) {
    const before = node === 0 ? nodes.length : (above[tree.parent[node] as number] as number)
    const place = placeOf[node] as number
    if (place === -1) above[node] = before
    else parent[place] = before
    const carrying = carrier[node] as number
    if (carrying === -1) continue
    addTo(z1, carrying, tree.z1, node)
    addTo(zMutual, carrying, tree.zMutual, node)
  }
  return {
    parent,
    z1,
    zMutual,
    isDelta: Uint8Array.from(nodes, (node) => tree.isDelta[node] as number),
    nodes,
    carrier,
  }
}
