import { pause } from "../../rig/wait.ts";

/** How long a contender may come to rest after a start before it is looked at, in milliseconds. */
const SETTLE_MS = 3_000;
/** The pause between two restarts, so that none meets the aftermath of the one before, in milliseconds. */
const BETWEEN_KILLS_MS = 50;

/** Lets what follows a start (tables, samples, garbage collection) come to its end. */
export const settle = (): Promise<void> => pause(SETTLE_MS);

/** Lets what follows a restart come to its end. */
export const breathe = (): Promise<void> => pause(BETWEEN_KILLS_MS);
