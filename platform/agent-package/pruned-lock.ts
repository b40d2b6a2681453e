/** A package in a lockfile, as npm writes it (version 3). */
interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly [field: string]: unknown
}

export interface Lockfile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockedPackage>>
}

/** The fields of a package.json that a lockfile repeats. */
interface Root {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly bin: Readonly<Record<string, string>>
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/**
 * A lockfile with what another package.json needs of it, each package where it stands and in the same version. Throws where
 * one is missing.
 */
export function prunedLock(lock: Lockfile, root: Root): Lockfile & { readonly name: string; readonly version: string } {
  if (lock.lockfileVersion !== 3) throw new Error(`package-lock.json is of version ${lock.lockfileVersion}, not 3`)
  const kept = new Map<string, boolean>()
  const keep = (from: string, name: string, how: 'needed' | 'optional', isOptional: boolean): void => {
    const place = placeOf(lock, from, name)
    if (place === null) {
      if (how === 'optional') return
      throw new Error(`package-lock.json has no ${name}, which ${from === '' ? 'the agent' : from} needs`)
    }
    const before = kept.get(place)
    // What one needs and another only may have is needed.
    if (before !== undefined && (before === isOptional || !before)) return
    kept.set(place, isOptional)
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock.packages[place] ?? {}
    for (const each of Object.keys(optionalDependencies ?? {})) keep(place, each, 'optional', true)
    for (const each of Object.keys(dependencies ?? {})) {
      if (optionalDependencies?.[each] === undefined) keep(place, each, 'needed', isOptional)
    }
    for (const each of Object.keys(peerDependencies ?? {})) {
      if (peerDependenciesMeta?.[each]?.optional !== true) keep(place, each, 'needed', isOptional)
    }
  }
  for (const name of Object.keys(root.dependencies)) keep('', name, 'needed', false)
  for (const name of Object.keys(root.optionalDependencies)) keep('', name, 'optional', true)
  const packages = [...kept]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([place, isOptional]) => {
      const { dev: _dev, devOptional: _both, optional: _optional, peer: _peer, ...locked } = lock.packages[place] ?? {}
      return [place, isOptional ? { ...locked, optional: true } : locked] as const
    })
  const { name, version } = root
  return { name, version, lockfileVersion: 3, packages: { '': { ...root }, ...Object.fromEntries(packages) } }
}

/** Where a package finds another, as Node looks: in its own node_modules, then in each one above. */
function placeOf({ packages }: Lockfile, from: string, name: string): string | null {
  for (let at = from; ; ) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (Object.hasOwn(packages, place)) return place
    if (at === '') return null
    const above = at.lastIndexOf('/node_modules/')
    at = above < 0 ? '' : at.slice(0, above)
  }
}
