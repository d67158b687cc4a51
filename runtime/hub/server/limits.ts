/** What clients may have and do, all together and each. */
export const CLIENT_LIMITS = {
  /** Connections at once; as Redis's `maxclients`. */
  clientsMax: 10_000,
  /** Replies that a client does not read, bytes; then it is cut off. */
  unsentBytesMax: 256 * 1024 * 1024,
  /**
   * The same of all clients together: beyond it whoever has most is cut off, again and again. A message to many counts for each of them, though it lies in memory
   * once. GHOST_HUB_UNSENT_BYTES_MAX sets another one.
   */
  allUnsentBytesMax: Number(process.env.GHOST_HUB_UNSENT_BYTES_MAX) || 1024 * 1024 * 1024,
  /** Messages that a subscriber does not read, bytes: cut off at once at the first figure, or after a while at the second (Redis's defaults). */
  subscriberBytesMax: 32 * 1024 * 1024,
  subscriberBytesSoft: 8 * 1024 * 1024,
  subscriberSlowMs: 60_000,
  /** A client that has more than this unsent is not read from, and its next commands wait. */
  unsentBytesPause: 1024 * 1024,
  /** What a client may send before it has said who it is, bytes. */
  strangerBytesMax: 64 * 1024,
} as const;

/** How long the commands of one client, sent in one go, keep all others waiting: then these come first. */
export const SLICE_LIMITS = {
  /** Milliseconds. */
  ms: 1,
  /** The clock is looked at each time after so many commands. */
  commands: 16,
} as const;

/** When a turn that writes waits for more before it commits. */
export const GATHER_LIMITS = {
  /** Fewer clients are not waited for: it would cost them more than it saves. */
  clientsMin: 4,
  /** So many of them are enough: while the disk has what these wrote, the others are read. With all of them the hub and its clients would wait for each other. */
  share: 2 / 3,
  /** How long at most, milliseconds: less than a wait for the disk. */
  waitMs: 0.08,
} as const;

/** How the hub goes on with clients whose next commands have come. */
export const ROUND_LIMITS = {
  /** So long before everything else gets its turn, milliseconds. */
  ms: 2,
  /** A round waits for more clients until there are so many of those of the last window, */
  share: 1 / 3,
  /** or so many: with these a wait costs little beside what it is for, */
  clientsMax: 16,
  /** and for so long, milliseconds. */
  waitMs: 0.02,
  /** How long a window is, milliseconds. */
  windowMs: 1,
  /** After the n-th wait in a row for clients that did not come 2^n rounds go by without one; n is at most this. */
  missesMax: 8,
} as const;
