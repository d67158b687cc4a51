import type { EnvironmentView } from "../../core/api/wire.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { namesOrChoice } from "../names.ts";
import { renderEnvironmentDifference, renderVariables } from "../output/environment.ts";
import type { Paint } from "../output/paint.ts";

export const command: Command = {
  usage: "NAME [--diff]",
  summary: "Show a process's environment and where each variable comes from",
  about: "Secrets are masked. --diff compares what the running process has with what it would get now.",
  flags: [{ flags: "--diff", about: "Compare the running process with what is declared" }],
  argumentsMax: 1,
  examples: ["ghost env api", "ghost env api --diff"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const [name = ""] = await namesOrChoice(context, client, false);
    const views = await client.environment(name, context.flag("diff"));
    if (context.json) context.printJson(views.length === 1 ? views[0] : views);
    else await show(context, views);
    return 0;
  },
};

async function show(context: Context, views: readonly EnvironmentView[]): Promise<void> {
  const paint = await context.paint();
  for (const view of views) {
    if (views.length > 1) context.print(paint.bold(`${view.project}/${view.name}`));
    context.print(...body(context, view, paint));
  }
}

function body(context: Context, view: EnvironmentView, paint: Paint): string[] {
  return context.flag("diff") ? renderEnvironmentDifference(view, paint) : renderVariables(view, context.output.columns, paint);
}
