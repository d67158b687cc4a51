import type { ActionResult } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { fullName } from "./status.ts";
import { tame } from "./width.ts";

/** One outcome on one line: `✓ shop/api started (pid 812)`. */
export function renderResult(result: ActionResult, paint: Paint): string {
  const mark = result.ok ? paint.green("✓") : paint.red("✗");
  const pid = result.ok && result.pid !== null ? paint.dim(` (pid ${result.pid})`) : "";
  const note = result.note === undefined ? "" : paint.dim(`; ${tame(result.note)}`);
  return `${mark} ${paint.bold(tame(fullName(result)))} ${result.ok ? result.did : (result.error?.message ?? result.did)}${pid}${note}`;
}

/** What stands at the end of many: `98 started, 1 already running, 1 failed`. */
export function renderTally(results: readonly ActionResult[], paint: Paint): string {
  const tally = new Map<string, number>();
  for (const { ok, did } of results) if (ok) tally.set(did, (tally.get(did) ?? 0) + 1);
  const failed = results.filter(({ ok }) => !ok).length;
  const parts = [...tally].map(([did, amount]) => paint.green(`${amount} ${amount === 1 ? did : did.replace(/^was /, "were ")}`));
  return [...parts, ...(failed > 0 ? [paint.red(`${failed} failed`)] : [])].join(", ");
}

/** The line that is rewritten while processes are at work: `starting 12/100, 1 failed`; for one alone `starting …`. */
export function renderCounter(doing: string, done: number, total: number | null, failed: number, paint: Paint): string {
  const amount = total === 1 ? "…" : `${done}${total === null ? "" : `/${total}`}`;
  return `${paint.cyan("•")} ${doing} ${amount}${failed > 0 ? paint.red(`, ${failed} failed`) : ""}`;
}
