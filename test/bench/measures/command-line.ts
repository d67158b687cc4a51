import type { Session } from "../session.ts";

/** Runs that are not counted: they bring programs and libraries into memory. */
const WARM_UPS = 2;

/** Times a command of this session's contender `runs` times, after warming up, in milliseconds each. */
export function timeOften(session: Session, argv: readonly string[], runs: number): number[] {
  for (let run = 0; run < WARM_UPS; run += 1) session.time(argv);
  return Array.from({ length: runs }, () => session.time(argv));
}
