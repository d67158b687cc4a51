/** What the log says of values of metrics that are not taken. */
import { G } from "./g.ts";

/** Names that are told of; then one line says that no more are. */
export const NAMES_MAX = 100;
/** Of a name, and of a reason, in the log, in characters. */
const CHARACTERS_MAX = 200;

/** A value that was dropped. */
export interface RefusedMetric {
  readonly is: "refused";
  readonly name: string;
  readonly error: Error;
}

const toldByThisProgram = new Set<string>();

/** Logs once for each name why its value is not taken; of the hub's limits once for all names. `told`: what was told already; default: by this program. */
export function tellRefused({ name, error }: RefusedMetric, told = toldByThisProgram): void {
  const isLimit = error.message.startsWith("LIMIT ");
  const key = isLimit ? "LIMIT" : String(name);
  if (told.has(key) || told.size > NAMES_MAX) return;
  told.add(key);
  const why = error.message.replace(/^(?:[A-Z]+ )?cannot take the metric: |^[A-Z_]+ /, "").slice(0, CHARACTERS_MAX);
  if (told.size > NAMES_MAX) G.warn(`values of more than ${NAMES_MAX} metrics are dropped: of further names nothing is said`);
  else if (isLimit) G.warn(`new metrics are dropped: ${why}`);
  else G.warn(`values of the metric ${JSON.stringify(key.slice(0, CHARACTERS_MAX))} are dropped: ${why}`);
}
