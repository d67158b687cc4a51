/** What sagas may cost. Texts are measured in letters. */
export const SAGA_LIMITS = {
  /** Steps of one saga. */
  stepsMax: 100,
  /** A saga's name, its id, a step's name, and the name of who holds it. */
  nameMax: 256,
  /** One record: a step's result, or the input. */
  recordMax: 256 * 1024,
  /** All records of one saga, and how many they may be. */
  textMax: 1024 * 1024,
  recordsMax: 10_000,
  /** A record so small is taken beyond `textMax`, so that a saga can always fail. */
  smallMax: 4096,
  /** In a longer log nothing is tried again, so that there is room for its end. */
  recordsForTriesMax: 5_000,
  /** A step that was interrupted so often, by the end of its program, counts as failed: it may be what ends it. */
  interruptionsMax: 10,
  /** Sagas of one namespace that have not ended. */
  openMax: 10_000,
  /** How long one may be held without renewing, milliseconds. */
  leaseMsMax: 3_600_000,
  /** Ended ones of one namespace that are kept, and how long, milliseconds: so long an id is not taken twice. */
  endedMax: 10_000,
  endedMs: 7 * 24 * 60 * 60_000,
  /** Ended ones that each start and each end removes. */
  removedAtOnce: 8,
  /** As many are listed at once. */
  listedMax: 1_000,
} as const;
