/** What a caught cause says, without the names of its class that some libraries put before it. */
export const causeWords = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/^(?:\w*Error: )+/, '')
