import { durationMs } from "../../../core/config/duration.ts";
import type { TestClock } from "./virtual-clock.ts";

/** The system's time, for tests that have to wait in truth. */
export const realClock: TestClock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  advance(time) {
    const ms = typeof time === "number" ? time : durationMs(time, "time to pass");
    return new Promise((resolve) => setTimeout(resolve, ms));
  },
};
