import type { ContenderName } from "./contenders/contender.ts";
import type { Figure } from "./figures.ts";
import type { Summary } from "./statistics.ts";
import { judge, timesBetter } from "./verdict.ts";

/** One figure and what each contender reached; absent where it was not measured. */
export interface Row {
  readonly figure: Figure;
  readonly summaries: Partial<Record<ContenderName, Summary>>;
}

/** Between columns. */
const GAP = "  ";

/** The result for people: a line per figure, medians, Ghost's verdict, and how many times better than each peer Ghost is. */
export function renderTable(rows: readonly Row[], peers: readonly ContenderName[]): string[] {
  const head = ["median", "target", "ghost", "verdict", ...peers.flatMap((peer) => [peer, "ghost is"])];
  const lines = [head, ...rows.map((row) => cellsOf(row, peers))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const render = (line: readonly string[]) =>
    line
      .map((cell, column) => (column === 0 || column === 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join(GAP)
      .trimEnd();
  return [render(lines[0]!), widths.map((width) => "-".repeat(width)).join(GAP), ...lines.slice(1).map(render)];
}

function cellsOf({ figure, summaries }: Row, peers: readonly ContenderName[]): string[] {
  const ours = summaries.ghost;
  const ofPeers = peers.flatMap((peer) => [quantity(figure, summaries[peer]), ratio(figure, ours, summaries[peer])]);
  return [figure.title, targetText(figure), quantity(figure, ours), verdictText(figure, ours, summaries.redis), ...ofPeers];
}

function targetText({ target, unit }: Figure): string {
  if (target === undefined) return "";
  if ("timesRedis" in target) return `≥ ${target.timesRedis} × redis`;
  return "atMost" in target ? `≤ ${target.atMost} ${unit}` : `≥ ${target.atLeast} ${unit}`;
}

function quantity({ unit }: Figure, summary: Summary | undefined): string {
  return summary === undefined ? "–" : `${threeDigits(summary.median)} ${unit}`;
}

function verdictText({ target }: Figure, summary: Summary | undefined, redis: Summary | undefined): string {
  const verdict = target && summary ? judge(target, summary.median, redis?.median) : null;
  if (verdict === null) return "";
  const { met, byPercent } = verdict;
  return met ? "met" : `missed by ${threeDigits(byPercent)} %`;
}

function ratio(figure: Figure, ours: Summary | undefined, theirs: Summary | undefined): string {
  const times = ours && theirs ? timesBetter(figure, ours.median, theirs.median) : null;
  return times === null ? "" : `×${threeDigits(times)}`;
}

/** Three digits are all that measurements like these are good for; whole numbers keep all of theirs. */
function threeDigits(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
