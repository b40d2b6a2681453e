/** The words of each register type of SunSpec; a text says its own. */
export const pointTypeWords = {
  int16: 1,
  uint16: 1,
  acc16: 1,
  count: 1,
  enum16: 1,
  bitfield16: 1,
  sunssf: 1,
  int32: 2,
  uint32: 2,
  acc32: 2,
  enum32: 2,
  bitfield32: 2,
  float32: 2,
  ipaddr: 2,
  int64: 4,
  uint64: 4,
  acc64: 4,
  bitfield64: 4,
  float64: 4,
  eui48: 4,
  ipv6addr: 8,
} as const

/** The register types of SunSpec. */
export type PointType = keyof typeof pointTypeWords | 'string'
