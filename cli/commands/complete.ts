import { findVerb } from "../arguments.ts";
import type { Command } from "../command.ts";
import { findLoader } from "../verbs.ts";

export const command: Command = {
  usage: "-- VERB WORD…",
  summary: "Print what completes the last word of a line, for the shells' scripts: what the hub knows, apps, templates",
  flags: [],
  argumentsMax: 0,
  takesEmpty: true,
  examples: ["ghost complete -- data get user:"],
  async run(context) {
    const flags = (await findLoader(findVerb(context.passed).verb ?? "")?.())?.command.flags ?? [];
    const { wantedIn } = await import("../completion/line.ts");
    const wanted = wantedIn(context.passed, flags);
    if (wanted === null) return 0;
    const names = await (await import("../completion/candidates.ts")).candidates(wanted, context);
    if (names.length > 0) context.print(...names);
    return 0;
  },
};
