import { mermaidOf } from "../../core/graph/mermaid.ts";
import { graphOfManifest } from "../../core/graph/of-manifest.ts";
import { partOfGraph } from "../../core/graph/part.ts";
import { type GraphStyle, renderGraph } from "../../core/graph/render.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { loadManifestFrom } from "../manifest.ts";
import { paintOfStatus } from "../output/status.ts";

export const command: Command = {
  usage: "[NAME…] [-f FILE…] [--mermaid]",
  summary: "Draw who needs whom, as text or for Mermaid",
  about:
    "Trees from those that nobody needs down to what they need, with the condition where it is not `started`, and with what the loss of a dependency does where that is " +
    "not `ignore`. Of everything that is registered, or of a file without a daemon. A NAME of a process or group shows that and what it needs.",
  flags: [
    { flags: "-f, --file <FILE>", about: "Of what this file declares (may be given more than once); nothing is asked of the daemon" },
    { flags: "--mermaid", about: "As a Mermaid flowchart" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost graph", "ghost graph api", "ghost graph -f processes.yaml --mermaid > graph.mmd"],
  async run(context) {
    const files = context.texts("file");
    const registered = files.length === 0;
    const whole = registered ? await context.connect("if-not-stopped").graph() : graphOfManifest(await loadManifestFrom(context, files));
    const graph = partOfGraph(whole, context.names);
    if (context.json) context.printJson(graph);
    else if (context.flag("mermaid")) context.print(...mermaidOf(graph, registered));
    else if (!context.quiet) context.print(...renderGraph(graph, await styleOf(context, registered)));
    return 0;
  },
};

async function styleOf(context: Context, withStatus: boolean): Promise<GraphStyle> {
  const paint = await context.paint();
  return {
    bold: paint.bold,
    dim: paint.dim,
    warn: paint.yellow,
    status: withStatus ? (status, text) => paintOfStatus(status, paint)(text) : null,
  };
}
