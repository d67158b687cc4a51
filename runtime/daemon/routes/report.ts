import type { ActionLine } from "../../../core/api/wire.ts";
import type { Report } from "../../supervisor/actions.ts";

/** Reports every result by `write`, and with `progress` also who is not ready yet. */
export function reportTo(write: (line: ActionLine) => void, progress = false): Report {
  const report = (result: ActionLine): void => write(result);
  return progress
    ? Object.assign(report, { waiting: (waiting: Parameters<NonNullable<Report["waiting"]>>[0]) => write({ waiting }) })
    : report;
}
