import { compileGlob } from "../core/bus/glob.ts";
import { textOf } from "../core/data/hub/reply-text.ts";
import type { MetricSeries } from "../core/metrics/series.ts";
import type { Context } from "./context.ts";
import { withHub } from "./hub/session.ts";

/**
 * The latest values that apps measured, of apps or metrics that one of the names, each may be a Redis glob, matches; without names all. `if-running`: none where no hub
 * runs, as the values live only as long as it does; `start`: the hub is started, or what keeps it from that is thrown.
 */
export async function seriesOf(context: Context, names: readonly string[], how: "if-running" | "start"): Promise<MetricSeries[]> {
  if (how === "if-running" && !(await isHubRunning(context))) return [];
  const text = await withHub(context, "read the metrics", {}, async (hub) => textOf(await hub.send(["GHOST.METRICS"])));
  const globs = names.map(compileGlob);
  const all = JSON.parse(text ?? "[]") as MetricSeries[];
  return all.filter(({ namespace, name }) => globs.length === 0 || globs.some((glob) => glob.matches(namespace) || glob.matches(name)));
}

/** Whoever connects to its socket would start it. */
async function isHubRunning(context: Context): Promise<boolean> {
  try {
    return (await context.connect("never").hub()).running;
  } catch {
    return false;
  }
}
