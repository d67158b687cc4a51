import type { Command } from "../command.ts";
import { renderMetricsTable } from "../output/metrics-table.ts";

export const command: Command = {
  usage: "[NAME…]",
  summary: "Show the latest values: CPU, memory, threads, restarts, health",
  about:
    "Of whole process trees, as old as the last sample (`monitoring.interval`, default 5 s). A narrow terminal shows fewer columns. For monitoring systems the daemon answers the same as OpenMetrics " +
    "at GET /metrics, on its socket and, with `http: { listen, token_file }` in the home's .ghost.yaml, on a TCP port.",
  flags: [],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost metrics", "ghost metrics api --json", "curl --unix-socket ~/.ghost/run/daemon.sock http://ghost/metrics"],
  async run(context) {
    const values = await context.connect("if-not-stopped").metrics(context.names);
    if (context.json) context.printJson(values);
    else if (values.length === 0) context.say("nothing is registered");
    else if (!context.quiet)
      context.print(...renderMetricsTable(values, { columns: context.output.columns, paint: await context.paint() }));
    return 0;
  },
};
