/** The share of a bill that a saving or a loss is, where it tells something: null where there is none, or where the bill is smaller. */
export const tellingShare = (share: number | null): number | null =>
  share === null || Math.abs(share) > 1 ? null : share
