import type { Session } from "../session.ts";
import { proportionalBytes } from "../usage.ts";

/** The memory of daemon and helpers, in MB of 1,000,000 bytes. */
export function memoryMegabytes(session: Session): number {
  return proportionalBytes(session.supervisorPids()) / 1e6;
}
