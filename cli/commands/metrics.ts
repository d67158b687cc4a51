import type { ProcessMetrics } from "../../core/metrics/values.ts";
import { seriesOf } from "../app-metrics.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { renderMetricsTable } from "../output/metrics-table.ts";
import { renderSeries } from "../output/series-table.ts";

export const command: Command = {
  usage: "[NAME…] [--app]",
  summary: "Show the latest values: CPU, memory, threads, restarts, health, and what apps measure",
  about:
    "Of whole process trees, as old as the last sample (`monitoring.interval`, default 5 s). A narrow terminal shows fewer columns. For monitoring systems the daemon answers the same as OpenMetrics " +
    "at GET /metrics, on its socket and, with `http: { listen, token_file }` in the home's .ghost.yaml, on a TCP port.",
  flags: [
    {
      flags: "--app",
      about: "Show what apps measure themselves (GHOST.METRIC), as JSON too; NAME is an app, or a glob over names of metrics",
    },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: [
    "ghost metrics",
    "ghost metrics api --json",
    "ghost metrics --app 'http.*' --json",
    "curl --unix-socket ~/.ghost/run/daemon.sock http://ghost/metrics",
  ],
  async run(context) {
    if (context.flag("app")) return showSeries(context);
    const values = await context.connect("if-not-stopped").metrics(context.names);
    const shown = { columns: context.output.columns, paint: await context.paint() };
    if (context.json) context.printJson(values);
    else if (values.length === 0) context.say("nothing is registered");
    else if (!context.quiet) context.print(...renderMetricsTable(values, shown));
    if (context.json || context.quiet) return 0;
    const series = await seriesOf(context, namesOf(context, values), "if-running");
    if (series.length > 0) context.print("", ...renderSeries(series, shown.columns, shown.paint));
    return 0;
  },
};

async function showSeries(context: Context): Promise<number> {
  const series = await seriesOf(context, context.names, "start");
  if (context.json) context.printJson(series);
  else if (series.length === 0)
    context.say(
      context.names.length === 0
        ? "no app has measured anything since the hub began"
        : `no app and no metric is named ${context.names.join(" or ")}; ghost metrics --app shows all`,
    );
  else if (!context.quiet) context.print(...renderSeries(series, context.output.columns, await context.paint()));
  return 0;
}

/** Names of processes are names of their apps, too. */
function namesOf(context: Context, values: readonly ProcessMetrics[]): readonly string[] {
  return context.names.length === 0 ? [] : [...new Set(values.map(({ name }) => name))];
}
