import type { ProcessView } from "../../core/api/wire.ts";
import { isNothingRegistered } from "../../runtime/client/connect.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { renderProcesses } from "../output/process-table.ts";
import { count } from "../output/quantities.ts";
import { fullName } from "../output/status.ts";

export const command: Command = {
  usage: "[NAME…]",
  summary: "Show every process, one a line",
  about: "With names, project/name, globs or groups of them: those. With --quiet only the full names, for scripts.",
  flags: [],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost list", "ghost list 'shop/*' --json"],
  async run(context) {
    const { processes, appProblems } = await readProcesses(context);
    if (context.json) context.printJson(processes);
    else if (context.quiet) context.print(...processes.map(fullName));
    else if (processes.length > 0)
      context.print(...renderProcesses(processes, { columns: context.output.columns, paint: await context.paint(), now: Date.now() }));
    // With --json, too: what is missing from the list cannot be seen in it.
    if (appProblems > 0) context.warn(`cannot use ${count(appProblems, "entry", "entries")} of ghosts/: ghost doctor tells why`);
    return 0;
  },
};

/** What there is to list, and of how many entries of `ghosts/` something is wrong: of those, where names are given, nobody asks. */
interface Listed {
  readonly processes: readonly ProcessView[];
  readonly appProblems: number;
}

async function readProcesses(context: Context): Promise<Listed> {
  try {
    const { processes, appProblems } = await ask(context);
    if (processes.length === 0)
      context.say(
        "nothing is registered",
        "hint: ghost register FILE registers what a processes.yaml declares; ghost start PROGRAM starts one program",
      );
    return { processes, appProblems };
  } catch (error) {
    if (!isNothingRegistered(error) || context.names.length > 0) throw error;
    context.say(`nothing is registered in ${context.home}`, `hint: ${(error as { hint?: string }).hint}`);
    return { processes: [], appProblems: 0 };
  }
}

async function ask({ connect, names }: Context): Promise<Listed> {
  const client = connect("if-not-stopped");
  if (names.length > 0) return { processes: await client.processes(names), appProblems: 0 };
  const { system, processes } = await client.overview();
  return { processes, appProblems: system.appProblems ?? 0 };
}
