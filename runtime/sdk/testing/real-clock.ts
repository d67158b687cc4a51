import { type Duration, durationMs } from "../../../core/config/duration.ts";
import { systemClock } from "../../client/hub-connection.ts";
import type { TestClock } from "./virtual-clock.ts";

/** The system's time, for tests that have to wait in truth. */
export const realClock: TestClock = {
  ...systemClock,
  advance: (time) => new Promise((resolve) => setTimeout(resolve, typeof time === "number" ? time : durationMs(time as Duration, "time to pass"))),
};
