import type { Manifest } from "../../core/config/definition.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { wantsProgress } from "../act.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { type Brought, chooseBrought } from "../foreground/bring.ts";
import { loadManifestFrom } from "../manifest.ts";
import { reportResults } from "../outcome.ts";

export const command: Command = {
  usage: "[NAME…] [-f FILE…] [-d] [--exit-on-failure]",
  summary: "Run what a processes.yaml declares in the foreground, with all its output",
  about:
    "Starts all processes of the file (or the NAMEs and what they need) in order, and shows what they write (`!` marks standard error) and how they fare. ^C, or a terminal " +
    "that is closed, stops them in reverse order; a second ^C kills. At the end they are forgotten; their logs stay. They get this shell's environment. What was registered " +
    "before stays registered, and is stopped at the end only if it did not run before.",
  flags: [
    { flags: "-f, --file <FILE>", about: "Instead of the processes.yaml here; may be given more than once" },
    { flags: "-d, --detach", about: "Return once all are ready; ghost down ends it" },
    { flags: "--exit-on-failure", about: "End all when one fails for good, with its exit code" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost up", "ghost up api -f processes.yaml -f development.yaml", "ghost up -d && npm test; ghost down"],
  async run(context) {
    const manifest = await loadManifestFrom(context, context.texts("file"));
    const client = context.connect("always");
    const brought = await chooseBrought(client, manifest, context.names, context.environment);
    if (context.flag("detach")) return detach(context, client, brought.manifest);
    return foreground(context, brought);
  },
};

/** Once it runs, a daemon that is stopped on purpose is not to be started again. */
async function foreground(context: Context, brought: Brought): Promise<number> {
  const { runSession } = await import("../foreground/session.ts");
  return runSession(context, context.connect("if-not-stopped"), brought);
}

async function detach(context: Context, client: DaemonClient, manifest: Manifest): Promise<number> {
  const request = { manifest, start: true, by: "ghost up", progress: wantsProgress(context) };
  const { changes, warnings, results } = await client.register(request, context.interruption);
  if (context.names.length === 0) for (const warning of warnings) context.warn(warning);
  return reportResults(context, results, { doing: "starting", total: changes.length, extra: { changes, warnings } });
}
