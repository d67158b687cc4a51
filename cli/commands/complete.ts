import { connect } from "../../runtime/client/client.ts";
import { findVerb } from "../arguments.ts";
import type { Command } from "../command.ts";
import { findLoader } from "../verbs.ts";

export const command: Command = {
  usage: "-- VERB WORD…",
  summary: "Print what completes the last word of a line, for the shells' scripts, as far as the hub knows it",
  flags: [],
  argumentsMax: 0,
  takesEmpty: true,
  examples: ["ghost complete -- data get user:"],
  async run(context) {
    const flags = (await findLoader(findVerb(context.passed).verb ?? "")?.())?.command.flags ?? [];
    const { wantedIn } = await import("../hub/line.ts");
    const wanted = wantedIn(context.passed, flags);
    if (wanted === null) return 0;
    const { candidates } = await import("../hub/candidates.ts");
    const client = connect(wanted.home ?? context.home, { start: "never", version: context.version, warn: () => undefined });
    const names = await candidates(wanted, client);
    if (names.length > 0) context.print(...names);
    return 0;
  },
};
